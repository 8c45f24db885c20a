"""What the library chooses about loans: read from a form, kept in one row."""

from collections.abc import Mapping
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.loans.rules import Rules
from models import audit
from models.by import By
from models.db import insert
from models.errors import BadFields
from models.loan import LoanRules, Proof, RenewWay

NUMBERS = {
    "days_before": ("提前几天提醒", 1, 14),
    "keep_days": ("还了以后留几天", 0, 60),
    "stale_days": ("数据几天算旧", 1, 14),
}
LONGEST = {"proof_words": ("怎么问", 60), "renew_words": ("不能在这里续借时说的话", 120)}


def rules_in(form: Mapping[str, str]) -> Rules:
    """Raises: BadFields."""
    wrong = {}
    for name, (said, least, most) in NUMBERS.items():
        written = form.get(name, "").strip()
        if not (written.isascii() and written.isdigit() and least <= int(written) <= most):
            wrong[name] = f"“{said}”要写 {least} 到 {most} 的整数。"
    for name, (said, longest) in LONGEST.items():
        if len(form.get(name, "").strip()) > longest:
            wrong[name] = f"“{said}”最多 {longest} 个字。"
    if form.get("proof") not in set(Proof):
        wrong["proof"] = "请选一样来核对。"
    if form.get("renews") not in set(RenewWay):
        wrong["renews"] = "请选续借怎么办。"
    if wrong:
        raise BadFields(wrong)
    days_before, keep_days, stale_days = (int(form[name]) for name in NUMBERS)
    return Rules(
        Proof(form["proof"]), form.get("proof_words", "").strip(), days_before, form.get("extends") == "1",
        RenewWay(form["renews"]), form.get("renew_words", "").strip(), keep_days, stale_days,
    )  # fmt: skip


def choose(session: Session, chosen: Rules, *, by: By) -> None:
    """From here on."""
    kept = insert(session, LoanRules).values(id=1, **asdict(chosen))
    session.execute(kept.on_conflict_do_update(index_elements=["id"], set_=asdict(chosen)))
    session.expire_all()
    audit.note(session, "loan rules set", who=by.who, subject="loans", at=by.at)


def row_of(session: Session) -> LoanRules:
    """The row, made as it is without one: the line's state is kept in it."""
    session.execute(insert(session, LoanRules).values(id=1, **asdict(Rules())).on_conflict_do_nothing())
    return session.scalars(sa.select(LoanRules)).one()
