"""What was found in a file of questions: the good ones with their place, and doubts that name place, words and way out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from quizzes.bank.question import Kind, Question, fingerprint, problems


@dataclass(frozen=True, slots=True)
class Found:
    """A question that can be used, and where it stands."""

    question: Question
    where: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that could not be taken as it is. `text` are the file's own words, `said` what to do, in Chinese."""

    where: str
    text: str
    said: str


@dataclass(frozen=True, slots=True)
class Bank:
    """A whole file."""

    questions: tuple[Found, ...]
    doubts: tuple[Doubt, ...]


@dataclass(slots=True)
class Finding:
    """Collects while a file is read: a question is good, or it becomes a doubt; the same question twice is said."""

    questions: list[Found] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    _seen: dict[str, str] = field(default_factory=dict)

    def take(
        self, question: Question, where: str, *, written: str = "", cell: Callable[[str], str] = lambda name: ""
    ) -> None:
        """`written`: the answer in the file's words. `cell`: where a fault of the stem, the options, the answer stands, if
        the file can say so."""
        wrong = [_misread(said, question, written.strip()) for said in problems(question)]
        for said in wrong:
            name = (
                "answer"
                if said.startswith(("没有答案", "答案", "单选题", "排序题"))
                else "options"
                if "选项" in said
                else "stem"
            )
            self.doubt(cell(name) or where, question.stem, said)
        if wrong:
            return
        key = fingerprint(question)
        if key in self._seen:
            self.doubt(where, question.stem, f"和 {self._seen[key]} 是同一道题，只留前一道。")
            return
        self._seen[key] = where
        self.questions.append(Found(question, where))

    def doubt(self, where: str, text: str, said: str) -> None:
        """Kept for whoever handed the file in."""
        self.doubts.append(Doubt(where, text.strip()[:80], said))

    def bank(self) -> Bank:
        """What was found."""
        return Bank(tuple(self.questions), tuple(self.doubts))


def _misread(said: str, question: Question, written: str) -> str:
    """There is an answer, and it cannot be understood: another thing than none."""
    if not written or question.answer not in (None, []) or not said.startswith("没有答案"):
        return said
    wanted = {Kind.JUDGE: "“对”或“错”", Kind.ORDER: "每个选项的字母，例如 CAB"}.get(
        question.kind, "选项的字母，例如 B"
    )
    return f"答案“{written[:20]}”没看懂：请写{wanted}。"


def joined(parts: Iterable[str]) -> str:
    """Lines of one text, without empty ends."""
    return "\n".join(part.strip() for part in parts if part.strip())
