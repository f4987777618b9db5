"""What the report stands on: entries for its reference list and for BibTeX."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gradlab.errors import UnknownNameError


@dataclass(frozen=True)
class Entry:
    """One work. kind: article, inproceedings, misc or book; where: its venue."""

    kind: str
    authors: str
    title: str
    where: str
    year: int
    extra: str = ""

    def text(self) -> str:
        """As a line of the reference list."""
        tail = f", {self.extra}" if self.extra else ""
        stop = "" if self.title.endswith(("?", "!")) else "."
        return f"{self.authors} ({self.year}). {self.title}{stop} {self.where}{tail}."

    def short(self) -> str:
        """As a word in the text: ``Pascanu et al. 2013``."""
        names = [part.split(",")[0] for part in self.authors.split("; ")]
        if len(names) > 2:
            return f"{names[0]} et al. {self.year}"
        return f"{' and '.join(names)} {self.year}"

    def bibtex(self, key: str) -> str:
        """As a BibTeX entry."""
        field = {
            "article": "journal",
            "inproceedings": "booktitle",
            "book": "publisher",
        }.get(self.kind, "howpublished")
        authors = " and ".join(self.authors.split("; "))
        lines = [
            f"@{self.kind}{{{key},",
            f"  author = {{{authors}}},",
            f"  title = {{{{{self.title}}}}},",
            f"  {field} = {{{self.where}}},",
            f"  year = {{{self.year}}},",
        ]
        if self.extra:
            lines.append(f"  note = {{{self.extra}}},")
        return "\n".join([*lines, "}"])


WORKS: dict[str, Entry] = {
    "arjovsky2016": Entry(
        "inproceedings",
        "Arjovsky, M.; Shah, A.; Bengio, Y.",
        "Unitary evolution recurrent neural networks",
        "International Conference on Machine Learning",
        2016,
    ),
    "benettin1980": Entry(
        "article",
        "Benettin, G.; Galgani, L.; Giorgilli, A.; Strelcyn, J.-M.",
        "Lyapunov characteristic exponents for smooth dynamical systems and for "
        "Hamiltonian systems; a method for computing all of them",
        "Meccanica",
        1980,
        "15, 9-30",
    ),
    "bengio1994": Entry(
        "article",
        "Bengio, Y.; Simard, P.; Frasconi, P.",
        "Learning long-term dependencies with gradient descent is difficult",
        "IEEE Transactions on Neural Networks",
        1994,
        "5(2), 157-166",
    ),
    "chen2018": Entry(
        "inproceedings",
        "Chen, M.; Pennington, J.; Schoenholz, S. S.",
        "Dynamical isometry and a mean field theory of RNNs: gating enables signal "
        "propagation in recurrent neural networks",
        "International Conference on Machine Learning",
        2018,
    ),
    "cho2014": Entry(
        "inproceedings",
        "Cho, K.; van Merrienboer, B.; Gulcehre, C.; Bahdanau, D.; Bougares, F.; "
        "Schwenk, H.; Bengio, Y.",
        "Learning phrase representations using RNN encoder-decoder for statistical "
        "machine translation",
        "Empirical Methods in Natural Language Processing",
        2014,
    ),
    "chung2014": Entry(
        "misc",
        "Chung, J.; Gulcehre, C.; Cho, K.; Bengio, Y.",
        "Empirical evaluation of gated recurrent neural networks on sequence modeling",
        "NIPS workshop on deep learning",
        2014,
        "arXiv:1412.3555",
    ),
    "cooijmans2017": Entry(
        "inproceedings",
        "Cooijmans, T.; Ballas, N.; Laurent, C.; Gulcehre, C.; Courville, A.",
        "Recurrent batch normalization",
        "International Conference on Learning Representations",
        2017,
    ),
    "elman1990": Entry(
        "article",
        "Elman, J. L.",
        "Finding structure in time",
        "Cognitive Science",
        1990,
        "14(2), 179-211",
    ),
    "engelken2023": Entry(
        "article",
        "Engelken, R.; Wolf, F.; Abbott, L. F.",
        "Lyapunov spectra of chaotic recurrent neural networks",
        "Physical Review Research",
        2023,
        "5(4), 043044",
    ),
    "feng2024": Entry(
        "misc",
        "Feng, L.; Tung, F.; Ahmed, M. O.; Bengio, Y.; Hajimirsadeghi, H.",
        "Were RNNs all we needed?",
        "arXiv:2410.01201",
        2024,
    ),
    "forrester2013": Entry(
        "article",
        "Forrester, P. J.",
        "Lyapunov exponents for products of complex Gaussian random matrices",
        "Journal of Statistical Physics",
        2013,
        "151, 796-808",
    ),
    "ganguli2008": Entry(
        "article",
        "Ganguli, S.; Huh, D.; Sompolinsky, H.",
        "Memory traces in dynamical systems",
        "Proceedings of the National Academy of Sciences",
        2008,
        "105(48), 18970-18975",
    ),
    "gers2000": Entry(
        "article",
        "Gers, F. A.; Schmidhuber, J.; Cummins, F.",
        "Learning to forget: continual prediction with LSTM",
        "Neural Computation",
        2000,
        "12(10), 2451-2471",
    ),
    "gers2002": Entry(
        "article",
        "Gers, F. A.; Schraudolph, N. N.; Schmidhuber, J.",
        "Learning precise timing with LSTM recurrent networks",
        "Journal of Machine Learning Research",
        2002,
        "3, 115-143",
    ),
    "ginibre1965": Entry(
        "article",
        "Ginibre, J.",
        "Statistical ensembles of complex, quaternion, and real matrices",
        "Journal of Mathematical Physics",
        1965,
        "6(3), 440-449",
    ),
    "glorot2010": Entry(
        "inproceedings",
        "Glorot, X.; Bengio, Y.",
        "Understanding the difficulty of training deep feedforward neural networks",
        "Artificial Intelligence and Statistics",
        2010,
    ),
    "goldberg1991": Entry(
        "article",
        "Goldberg, D.",
        "What every computer scientist should know about floating-point arithmetic",
        "ACM Computing Surveys",
        1991,
        "23(1), 5-48",
    ),
    "halko2011": Entry(
        "article",
        "Halko, N.; Martinsson, P.-G.; Tropp, J. A.",
        "Finding structure with randomness: probabilistic algorithms for constructing "
        "approximate matrix decompositions",
        "SIAM Review",
        2011,
        "53(2), 217-288",
    ),
    "hochreiter1997": Entry(
        "article",
        "Hochreiter, S.; Schmidhuber, J.",
        "Long short-term memory",
        "Neural Computation",
        1997,
        "9(8), 1735-1780",
    ),
    "jozefowicz2015": Entry(
        "inproceedings",
        "Jozefowicz, R.; Zaremba, W.; Sutskever, I.",
        "An empirical exploration of recurrent network architectures",
        "International Conference on Machine Learning",
        2015,
    ),
    "kanuparthi2019": Entry(
        "inproceedings",
        "Kanuparthi, B.; Arpit, D.; Kerg, G.; Ke, N. R.; Mitliagkas, I.; Bengio, Y.",
        "h-detach: modifying the LSTM gradient towards better optimization",
        "International Conference on Learning Representations",
        2019,
    ),
    "kingma2015": Entry(
        "inproceedings",
        "Kingma, D. P.; Ba, J.",
        "Adam: a method for stochastic optimization",
        "International Conference on Learning Representations",
        2015,
        "arXiv:1412.6980",
    ),
    "law1984": Entry(
        "article",
        "Law, A. M.; Kelton, W. D.",
        "Confidence intervals for steady-state simulations: I. A survey of fixed "
        "sample size procedures",
        "Operations Research",
        1984,
        "32(6), 1221-1239",
    ),
    "le2015": Entry(
        "misc",
        "Le, Q. V.; Jaitly, N.; Hinton, G. E.",
        "A simple way to initialize recurrent networks of rectified linear units",
        "arXiv:1504.00941",
        2015,
    ),
    "molgedey1992": Entry(
        "article",
        "Molgedey, L.; Schuchhardt, J.; Schuster, H. G.",
        "Suppressing chaos in neural networks by noise",
        "Physical Review Letters",
        1992,
        "69(26), 3717-3719",
    ),
    "newman1986": Entry(
        "article",
        "Newman, C. M.",
        "The distribution of Lyapunov exponents: exact results for random matrices",
        "Communications in Mathematical Physics",
        1986,
        "103(1), 121-126",
    ),
    "orhan2020": Entry(
        "inproceedings",
        "Orhan, A. E.; Pitkow, X.",
        "Improved memory in recurrent neural networks with sequential non-normal "
        "dynamics",
        "International Conference on Learning Representations",
        2020,
    ),
    "orvieto2023": Entry(
        "inproceedings",
        "Orvieto, A.; Smith, S. L.; Gu, A.; Fernando, A.; Gulcehre, C.; Pascanu, R.; "
        "De, S.",
        "Resurrecting recurrent neural networks for long sequences",
        "International Conference on Machine Learning",
        2023,
    ),
    "pascanu2013": Entry(
        "inproceedings",
        "Pascanu, R.; Mikolov, T.; Bengio, Y.",
        "On the difficulty of training recurrent neural networks",
        "International Conference on Machine Learning",
        2013,
    ),
    "paszke2019": Entry(
        "inproceedings",
        "Paszke, A.; Gross, S.; Massa, F.; others",
        "PyTorch: an imperative style, high-performance deep learning library",
        "Advances in Neural Information Processing Systems",
        2019,
    ),
    "saxe2014": Entry(
        "inproceedings",
        "Saxe, A. M.; McClelland, J. L.; Ganguli, S.",
        "Exact solutions to the nonlinear dynamics of learning in deep linear neural "
        "networks",
        "International Conference on Learning Representations",
        2014,
    ),
    "sompolinsky1988": Entry(
        "article",
        "Sompolinsky, H.; Crisanti, A.; Sommers, H. J.",
        "Chaos in random neural networks",
        "Physical Review Letters",
        1988,
        "61(3), 259-262",
    ),
    "sparre1954": Entry(
        "article",
        "Sparre Andersen, E.",
        "On the fluctuations of sums of random variables II",
        "Mathematica Scandinavica",
        1954,
        "2, 195-223",
    ),
    "tallec2018": Entry(
        "inproceedings",
        "Tallec, C.; Ollivier, Y.",
        "Can recurrent neural networks warp time?",
        "International Conference on Learning Representations",
        2018,
    ),
    "trefethen2005": Entry(
        "book",
        "Trefethen, L. N.; Embree, M.",
        "Spectra and pseudospectra: the behavior of nonnormal matrices and operators",
        "Princeton University Press",
        2005,
    ),
    "vershynin2018": Entry(
        "book",
        "Vershynin, R.",
        "High-dimensional probability: an introduction with applications in data "
        "science",
        "Cambridge University Press",
        2018,
    ),
    "vogt2022": Entry(
        "article",
        "Vogt, R.; Puelma Touzel, M.; Shlizerman, E.; Lajoie, G.",
        "On Lyapunov exponents for RNNs: understanding information propagation using "
        "dynamical systems tools",
        "Frontiers in Applied Mathematics and Statistics",
        2022,
        "8, 818799",
    ),
    "werbos1990": Entry(
        "article",
        "Werbos, P. J.",
        "Backpropagation through time: what it does and how to do it",
        "Proceedings of the IEEE",
        1990,
        "78(10), 1550-1560",
    ),
    "zucchet2024": Entry(
        "inproceedings",
        "Zucchet, N.; Orvieto, A.",
        "Recurrent neural networks: vanishing and exploding gradients are not the end "
        "of the story",
        "Advances in Neural Information Processing Systems",
        2024,
        "arXiv:2405.21064",
    ),
}
KEYS = tuple(WORKS)
ENTRIES: dict[str, str] = {key: entry.text() for key, entry in WORKS.items()}


def bibtex(keys: Iterable[str] | None = None) -> str:
    """BibTeX of these works, or of all.

    Raises:
        UnknownNameError: a key that is not here.
    """
    chosen = KEYS if keys is None else tuple(keys)
    for key in chosen:
        if key not in WORKS:
            raise UnknownNameError.among("reference", key, KEYS)
    return "\n\n".join(WORKS[key].bibtex(key) for key in chosen)


def said(key: str) -> str:
    """A work as a word in the text; a key that is not here, as it is."""
    return WORKS[key].short() if key in WORKS else key
