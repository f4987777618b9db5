"""English: the draft of a caption that lies beside a figure's file."""

QUESTION = "Question: $question"
IN_REPORT = "In the report: $caption"
CITE = "Cite: $keys (BibTeX: gradlab cite DIR)"
NUMBERS = "Numbers: $file"
FROM = "From: $title"
