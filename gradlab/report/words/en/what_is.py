"""English: the lesson that comes first, what an LSTM is."""

QUESTION = "What is an LSTM?"

FINDING = (
    "An LSTM carries two states: c, which is only scaled and added to, and h, which "
    "every step makes anew."
)
TAKEAWAY_BACK = (
    "Walking back along c, a gradient is only scaled by the forget gate; every other "
    "road passes tanh, more gates or weights."
)

TITLES = {
    "lstm": "LSTM: two states, three gates",
    "gru": "GRU: one state, kept or replaced",
    "rnn": "RNN: one state, all of it through tanh",
}
TITLE_BACK = "LSTM: a gradient walks one step back"
PARTS = {
    "unit": "1",
    "c_before": "c_{t-1}",
    "c_now": "c_{t}",
    "h_before": "h_{t-1}",
    "h_now": "h_{t}",
    "x": "x_{t}",
    "forget_gate": "forget gate",
    "input_gate": "input gate",
    "output_gate": "output gate",
    "update_gate": "update gate",
    "reset_gate": "reset gate",
    "candidate": "candidate",
    "tanh": "tanh",
    "tanh_wh": "tanh(W x + U h)",
    "conveyor": "conveyor",
    "detours": "detours",
    "shares": "Share that arrives one step back",
    "forget_says": "forget gate: how much of the old c stays",
    "input_says": "input gate: how much of the candidate is added to c",
    "output_says": "output gate: how much of tanh(c) becomes h",
    "update_says": "update gate: how much of the old h stays; the rest is replaced",
    "reset_says": "reset gate: how much of the old h the candidate uses",
    "candidate_says": "candidate: what could be written, from -1 to 1",
    "tanh_says": "tanh: c, squeezed between -1 and 1",
    "rnn_says": "tanh of the weights times h and x: nothing goes past it",
}
ROADS = {
    "cc": "c_{t} to c_{t-1} (conveyor)",
    "hc": "h_{t} to c_{t-1}",
    "ch": "c_{t} to h_{t-1}",
    "hh": "h_{t} to h_{t-1}",
}

ALT = (
    "In an LSTM the cell state c runs straight on through the forget gate, and the "
    "candidate is added through the input gate; h is made from c by tanh and the "
    "output gate. Dashed arrows lead from the old h into all three gates. A GRU has "
    "one road, and its update gate keeps or replaces; in an RNN all passes tanh."
)
CAPTION = (
    "One step, from left to right. A valve multiplies by a gate: one number between 0 "
    "and 1 for each unit. Dashed: every gate reads the old h, and the input x_{t} too."
)
DRAFT = "One step of an LSTM, an RNN and a GRU, in PyTorch's conventions."

PARTS_IN_WORDS = (
    "**Forget gate** f: how much of the old c stays; near 0.5 with a bias of 0, near "
    "0.95 with 3.",
    "**Candidate** g: what could be written, from −1 to 1.",
    "**Input gate** i: how much of g is added to c.",
    "**Output gate** o: how much of tanh(c) becomes h.",
    "**Keep gate**: the gate that multiplies the old state, f here, z in a GRU.",
    "**Conveyor**: the straight road, on which only keep gates act.",
    "**Detours**: all other ways back, through h, weights and gates.",
)
LSTM = r"""
i_t &= sigma(W_i x_t + U_i h_(t-1) + b_i) \
f_t &= sigma(W_f x_t + U_f h_(t-1) + b_f) \
g_t &= tanh(W_g x_t + U_g h_(t-1) + b_g) \
o_t &= sigma(W_o x_t + U_o h_(t-1) + b_o) \
c_t &= f_t dot.o c_(t-1) + i_t dot.o g_t \
h_t &= o_t dot.o tanh(c_t)
"""
LSTM_SPOKEN = (
    "input gate i, forget gate f and output gate o are sigmoids, the candidate g is "
    "tanh, each of W x at t plus U h at t minus 1 plus a bias; c at t is "
    "f times c at t minus 1 plus i times g; h at t is o times tanh of c at t"
)
OTHERS = (
    "σ gives a number between 0 and 1; ⊙ multiplies unit by unit. The **GRU** keeps h "
    "with z or replaces it by n; its reset gate r decides how much of h enters n. The "
    "**RNN** makes h anew."
)
OTHERS_FORMULA = r"""
"RNN" & #h(.6em) & h_t &= tanh(W x_t + U h_(t-1) + b) \
"GRU" & #h(.6em) & r_t &= sigma(W_r x_t + U_r h_(t-1) + b_r) \
&& z_t &= sigma(W_z x_t + U_z h_(t-1) + b_z) \
&& n_t &= tanh(W_n x_t + b_n + r_t dot.o (U_n h_(t-1) + b'_n)) \
&& h_t &= z_t dot.o h_(t-1) + (1 - z_t) dot.o n_t
"""
OTHERS_SPOKEN = (
    "in the RNN, h at t is tanh of W x at t plus U h at t minus 1 plus a bias; in the "
    "GRU, reset gate r and update gate z are sigmoids of W x at t plus U h at t minus "
    "1 plus a bias; the candidate n is tanh of W x at t plus a bias plus r times the "
    "sum of U h at t minus 1 and a bias; h at t is z times h at t minus 1 plus 1 minus "
    "z times n"
)

TERMS = (
    "**Chrono**: forget biases drawn as log U(1, T − 1), input biases their negatives "
    "(Tallec and Ollivier 2018); a GRU has one gate for both.",
    "**Cut in the derivative**: the network runs unchanged, but gradients skip one "
    "path.",
)
GRADIENT = (
    "A gradient through time says how the loss L changes with an earlier state s_{t} "
    "(h, or h and c).",
    "It is the gradient at the end times one [[Jacobian]] J a step.",
    "So each step multiplies its size by a factor.",
    "A factor of 0.9 leaves 2 × 10^{-12} after 256 steps; 1.1 makes 4 × 10^{10}.",
    "[[vanishing|Vanishing]]: less than 1/1000 is left. [[exploding|Exploding]]: it "
    "grew over 1000 times.",
)
CHAIN = r"""
(partial L) / (partial s_t) =
((partial s_T) / (partial s_t))^top (partial L) / (partial s_T), \
(partial s_T) / (partial s_t) = J_T J_(T-1) dots.c J_(t+1),
quad J_k = (partial s_k) / (partial s_(k-1))
"""
CHAIN_SPOKEN = (
    "the gradient of L by s at t is the transposed derivative of s at T by s at t, "
    "times the gradient of L by s at T; that derivative is the product of the step "
    "Jacobians from t plus 1 to T"
)

BACK_CAPTION = "The same step for a unit of gradient: every arrow turns round."
BACK_SHARES = (
    "Bars: the most that arrives in any direction (spectral norm at lag 1). In one "
    "step c to c is the conveyor alone."
)
BACK_ALT = (
    "The LSTM with its arrows turned round: from c to c straight through the forget "
    "gate, from h through the output gate into c, and against the dashed arrows to the "
    "earlier h.$shares"
)
BACK_ALT_SHARES = " Arriving in one step: $list."
BACK_ALT_NETWORK = "$name $list"
BACK_ALT_ITEM = "$value from $road"
BACK_DRAFT = "One step of an LSTM's gradient."
BACK_DRAFT_SHARES = (
    "One step of an LSTM's gradient, with the spectral norms of the four blocks of the "
    "last step's Jacobian, T = $lengths steps; $networks; geometric mean over "
    "sequences and $seeds. Held: $values."
)
