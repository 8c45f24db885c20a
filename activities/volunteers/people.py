"""Who helps: registering, staff's yes or no, a pause, leaving. What is asked of a minor is a guardian's word as well."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup.party import age_in, name_in, phone_in
from activities.signup.refusals import NotThisWay
from activities.volunteers import calls, posts, rules, texts
from activities.volunteers.refusals import BadForm, NotNow
from models import audit, messages
from models.by import By
from models.db import insert
from models.errors import BadInput
from models.states import moved
from models.volunteer import (
    VOLUNTEER_MOVES,
    Post,
    ServiceHours,
    ThanksCertificate,
    TrainingPerson,
    Volunteer,
    VolunteerCall,
    VolunteerState,
)

S = VolunteerState
LONGEST_WISH, LONGEST_SKILLS, LONGEST_REASON = 300, 200, 200


@dataclass(frozen=True, slots=True)
class Profile:
    """What somebody tells of themselves."""

    name: str
    phone: str
    age: int
    guardian: str = ""
    guardian_phone: str = ""
    skills: str = ""
    wish: str = ""

    @property
    def is_minor(self) -> bool:
        """Does a guardian have to agree?"""
        return self.age < rules.GUARDED_BELOW


def profile_in(
    typed: Mapping[str, str], skills: Iterable[str], *, age_from: int, asks_consent: bool = True
) -> Profile:
    """A form. `asks_consent`: ticks are the reader's own. Raises: BadForm."""
    wrong: dict[str, str] = {}
    name = _checked(wrong, "name", lambda: name_in(typed["name"]))
    phone = _checked(wrong, "phone", lambda: phone_in(typed["phone"]))
    age = _checked(wrong, "age", lambda: str(age_in(typed["age"])))
    guardian = guardian_phone = ""
    if age and int(age) < age_from:
        wrong["age"] = f"这次招募 {age_from} 岁以上的志愿者，谢谢您的热心。"
    elif age and int(age) < rules.GUARDED_BELOW:
        guardian = _checked(wrong, "guardian", lambda: name_in(typed["guardian"], what="监护人的姓名"))
        guardian_phone = _checked(wrong, "guardian_phone", lambda: phone_in(typed["guardian_phone"]))
        if asks_consent and typed["guardian_agrees"] != "同意":
            wrong["guardian_agrees"] = f"未满 {rules.GUARDED_BELOW} 岁，要请监护人勾选同意。"
    if asks_consent and typed["agrees"] != "同意":
        wrong["agrees"] = "请勾选同意，才能登记。"
    wish = typed["wish"].strip()
    if len(wish) > LONGEST_WISH:
        wrong["wish"] = f"最多 {LONGEST_WISH} 个字，现在有 {len(wish)} 个。"
    if wrong:
        raise BadForm(wrong)
    return Profile(name, phone, int(age), guardian, guardian_phone, "、".join(skills)[:LONGEST_SKILLS], wish)


def _checked(wrong: dict[str, str], name: str, read: Callable[[], str]) -> str:
    try:
        return read()
    except NotThisWay as no:
        wrong[name] = no.to_reader
        return ""


def of_reader(session: Session, openid: str) -> Volunteer | None:
    """The reader as a volunteer, in whatever state."""
    return session.scalars(sa.select(Volunteer).where(Volunteer.openid == openid)).one_or_none()


def register(session: Session, openid: str, call: VolunteerCall, profile: Profile, *, now: datetime) -> Volunteer:
    """Waits for staff; the same again mends what was told. Raises: NotNow once it is taken on, or the call is over."""
    if not calls.takes_people(call, now=now):
        raise NotNow("这次招募已经结束了，谢谢您。下次招募会在公众号里告诉大家。")
    found = _row_of(session, openid, now)
    if found.state in (S.ACTIVE, S.PAUSED):
        raise NotNow("您已经是志愿者了。要改姓名、电话，请告诉馆员。")
    if found.state is not S.APPLIED:
        found.state = moved(found.state, to=S.APPLIED, moves=VOLUNTEER_MOVES)
    _take_over(found, profile, now)
    found.call_id, found.branch_id, found.reason, found.decided_by, found.decided_at = (
        call.id,
        call.branch_id,
        "",
        "",
        None,
    )
    found.applied_at = now
    session.flush()
    return found


def _row_of(session: Session, openid: str, now: datetime) -> Volunteer:
    """Theirs, held; an empty application where there is none. Of two at once the second waits and finds the first's."""
    empty = dict.fromkeys(("name", "phone", "guardian", "guardian_phone", "guardian_wording", "skills", "wish"), "")
    values = {
        **empty, "openid": openid, "state": S.APPLIED, "reason": "", "decided_by": "", "applied_at": now, "changed_at": now,
    }  # fmt: skip
    session.execute(insert(session, Volunteer).values(values).on_conflict_do_nothing())
    asked = sa.select(Volunteer).where(Volunteer.openid == openid).with_for_update(of=Volunteer)
    return session.scalars(asked.execution_options(populate_existing=True)).one()


def write_down(session: Session, profile: Profile, *, branch_id: int | None, by: By) -> Volunteer:
    """Somebody who came to the desk: taken on at once, without a phone that is bound."""
    found = Volunteer(openid=None, state=S.ACTIVE, branch_id=branch_id, applied_at=by.at, reason="")
    found.decided_by, found.decided_at = by.who, by.at
    _take_over(found, profile, by.at)
    session.add(found)
    session.flush()
    _note(session, "volunteer written down", found, by)
    return found


def change(session: Session, volunteer: Volunteer, profile: Profile, *, branch_id: int | None, by: By) -> None:
    """Staff mend what was told. A guardian who stays agreed once; a new one agrees now, as the form has asked."""
    consent = volunteer.guardian_wording, volunteer.guardian_at
    stays = has_consent_of(volunteer, profile.guardian, profile.guardian_phone)
    _take_over(volunteer, profile, by.at)
    if stays and profile.is_minor:
        volunteer.guardian_wording, volunteer.guardian_at = consent
    volunteer.branch_id = branch_id
    _note(session, "volunteer changed", volunteer, by)


def has_consent_of(volunteer: Volunteer, guardian: str, phone: str) -> bool:
    """Is this the guardian who agreed, when they registered?"""
    return volunteer.guardian_at is not None and (volunteer.guardian, volunteer.guardian_phone) == (guardian, phone)


def _take_over(found: Volunteer, profile: Profile, now: datetime) -> None:
    found.name, found.phone, found.age = profile.name, profile.phone, profile.age
    found.guardian, found.guardian_phone = profile.guardian, profile.guardian_phone
    found.guardian_wording = rules.GUARDIAN_WORDING if profile.is_minor else ""
    found.guardian_at = now if profile.is_minor else None
    found.skills, found.wish, found.changed_at = profile.skills, profile.wish, now


def held(session: Session, number: int) -> Volunteer | None:
    """Locked for the unit, as whoever takes a shift is: one thing after another of one person."""
    found = sa.select(Volunteer).where(Volunteer.id == number).with_for_update(key_share=True, of=Volunteer)
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def take_on(session: Session, volunteer: Volunteer, *, by: By) -> None:
    """Yes; or back from a pause. The reader is told. Raises: IllegalMove."""
    was = volunteer.state
    volunteer.state = moved(was, to=S.ACTIVE, moves=VOLUNTEER_MOVES)
    volunteer.reason, volunteer.decided_by, volunteer.decided_at, volunteer.changed_at = "", by.who, by.at, by.at
    _note(session, "volunteer taken on", volunteer, by)
    _tell(session, volunteer, texts.taken_on(was is S.PAUSED), by)


def refuse(session: Session, volunteer: Volunteer, reason: str, *, by: By) -> None:
    """No, with the reason. Raises: IllegalMove; BadInput without a reason."""
    words = reason.strip()[:LONGEST_REASON]
    if not words:
        raise BadInput("请写明原因，申请的人会看到。")
    volunteer.state = moved(volunteer.state, to=S.REFUSED, moves=VOLUNTEER_MOVES)
    volunteer.reason, volunteer.decided_by, volunteer.decided_at, volunteer.changed_at = words, by.who, by.at, by.at
    _note(session, "volunteer refused", volunteer, by)
    _tell(session, volunteer, texts.refused(words), by)


def pause(session: Session, volunteer: Volunteer, *, by: By) -> None:
    """No shifts for a while: those to come are given back. Raises: IllegalMove."""
    volunteer.state = moved(volunteer.state, to=S.PAUSED, moves=VOLUNTEER_MOVES)
    volunteer.changed_at = by.at
    posts.give_all_back(session, volunteer, now=by.at)
    _note(session, "volunteer paused", volunteer, by)


def end(session: Session, volunteer: Volunteer, *, by: By) -> None:
    """Helps no more, by their own wish or staff's. Raises: IllegalMove."""
    volunteer.state = moved(volunteer.state, to=S.LEFT, moves=VOLUNTEER_MOVES)
    volunteer.changed_at = by.at
    posts.give_all_back(session, volunteer, now=by.at)
    _note(session, "volunteer ended", volunteer, by)


def leave_all(session: Session, openid: str, *, now: datetime) -> None:
    """The reader goes: seats are free again before everything personal is erased; the hours stay as nobody's."""
    rows = sa.select(Volunteer.id).where(Volunteer.openid == openid)
    for number in session.scalars(rows).all():
        volunteer = held(session, number)
        if volunteer is None:
            continue
        posts.give_all_back(session, volunteer, now=now)
        if volunteer.state is not S.LEFT:
            volunteer.state = moved(volunteer.state, to=S.LEFT, moves=VOLUNTEER_MOVES)
        session.flush()


def _tell(session: Session, volunteer: Volunteer, words: str, by: By) -> None:
    if volunteer.openid is not None:
        key = f"volunteer:{volunteer.id}:{int(by.at.timestamp() * 1e6)}"
        messages.owe_message(session, volunteer.openid, words, key=key, now=by.at)


def _note(session: Session, act: str, volunteer: Volunteer, by: By) -> None:
    audit.note(session, act, who=by.who, subject=f"volunteer {volunteer.id}", at=by.at)


def withdraw(session: Session, volunteer: Volunteer, *, now: datetime) -> None:
    """An application that nobody has decided on, or that was refused, is taken back: nothing of it is kept.

    Of somebody who helped before, their hours stay, and whose they are.
    """
    row = held(session, volunteer.id)
    if row is not None and row.state in (S.APPLIED, S.REFUSED) and not _has_story(session, row):
        session.delete(row)
        session.flush()
    elif row is not None and row.state in (S.APPLIED, S.REFUSED):
        row.state, row.changed_at = moved(row.state, to=S.LEFT, moves=VOLUNTEER_MOVES), now
        row.name = row.phone = row.guardian = row.guardian_phone = row.guardian_wording = row.skills = row.wish = ""
        row.age, row.guardian_at = None, None
        session.flush()


def _has_story(session: Session, volunteer: Volunteer) -> bool:
    """Helped before: their lines stay."""
    tables = (Post, ServiceHours, ThanksCertificate, TrainingPerson)
    return any(session.scalar(sa.select(one.id).where(one.volunteer_id == volunteer.id).limit(1)) for one in tables)
