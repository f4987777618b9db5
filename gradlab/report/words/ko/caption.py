"""Korean: the draft of a caption that lies beside a figure's file."""

QUESTION = "질문: $question"
IN_REPORT = "보고서의 설명: $caption"
CITE = "인용: $keys (BibTeX: gradlab cite DIR)"
NUMBERS = "수치: $file"
FROM = "출처: $title"
