"""/c/<code>/results: who has won, masked while it may be objected to; and /me/awards/<code>: one's own certificate."""

from dataclasses import asdict, dataclass
from functools import partial
from io import BytesIO

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from contests import awards, objecting, prizes, queries, rules, texts
from contests.certificates import certified, group_of, titled
from contests.judging.queries import submissions
from models import times
from models.award import Award, AwardState, AwardTier
from models.contest import Contest
from models.db import Database
from models.errors import BadFields, Refused
from models.money import yuan
from models.payout import PoolState
from models.times import short_day
from pages.contest import CODE_LENGTH
from pages.errors import Draw
from pages.identity import Identity
from payouts import pools
from web import lettering
from web.documents import certificate as paper


@dataclass(frozen=True, slots=True)
class Tier:
    """One award with those who have it: (name, work)."""

    name: str
    winners: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The page of all results. `until`: the last day on which one may object, "" once awards are given."""

    code: str
    title: str
    tiers: tuple[Tier, ...]
    until: str
    takes_objections: bool
    has_seal: bool


@dataclass(frozen=True, slots=True)
class Own:
    """One's own certificate."""

    code: str
    contest: str
    result: str
    name: str


class _Views:
    def __init__(self, identity: Identity, database: Database, draw: Draw, library: str, site: str) -> None:
        self._identity = identity
        self._database = database
        self._draw = draw
        self._library = library
        self._site = site

    def results(self, code: str) -> str:
        """Everybody's."""
        with self._database.reading() as session:
            page = _results(session, _shown(session, code))
        return self._draw("pages/contest_results.html", page=page)

    def seal(self, code: str) -> str:
        """What anybody needs to check that the prize money was fixed before awards were given."""
        with self._database.reading() as session:
            pool = prizes.shown_with(session, _shown(session, code))
            if pool is None or pool.state is PoolState.DRAFT:
                abort(404)
            seal = pools.seal_of(session, pool)
        back = url_for("pages.contest_results", code=code)
        return self._draw("pages/seal.html", back=back, is_awarded=True, **asdict(seal))

    def objecting(self, openid: str, code: str) -> str:
        """The form, or why there is none any more."""
        with self._database.reading() as session:
            page = _results(session, _shown(session, code))
        return self._draw("pages/objection.html", page=page, wrong="", words="", contact="")

    def object(self, openid: str, code: str) -> AnyResponse:
        """Kept for staff."""
        words, contact = request.form.get("words", ""), request.form.get("contact", "")
        try:
            self._database.unit(partial(_object, code=code, openid=openid, words=words, contact=contact))
        except BadFields as error:
            return self._again(code, error.wrong["words"], words, contact)
        except Refused as no:
            return self._again(code, no.to_reader, words, contact)
        return redirect(url_for("pages.contest_results", code=code, said=1), 303)

    def _again(self, code: str, wrong: str, words: str, contact: str) -> AnyResponse:
        with self._database.reading() as session:
            page = _results(session, _shown(session, code))
        drawn = self._draw("pages/objection.html", page=page, wrong=wrong, words=words, contact=contact)
        return AnyResponse(drawn, 422, mimetype="text/html")

    def own(self, openid: str, code: str) -> str:
        """One's own certificate, to look at and to save."""
        with self._database.reading() as session:
            award = _own(session, code, openid)
            said = certified(session, award)
            page = Own(said.code, said.occasion, said.result, said.name)
        return self._draw("pages/award.html", page=page)

    def picture(self, openid: str, code: str, kind: str) -> Response:
        """PNG, or PDF to print, drawn anew each time: nothing of it is kept."""
        faces = lettering.faces() or abort(503)
        with self._database.reading() as session:
            said = certified(session, _own(session, code, openid))
        words = paper.Said(self._library, **asdict(said), site=self._site)
        response = make_response(paper.picture(words, faces) if kind == "png" else _printed(words, faces))
        response.headers["Content-Type"] = {"png": "image/png", "pdf": "application/pdf"}[kind]
        if request.args.get("save"):
            response.headers["Content-Disposition"] = f'attachment; filename="certificate.{kind}"'
        return response


def register(
    identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, *, library: str, site: str
) -> None:
    """The routes of these pages."""
    views = _Views(identity, database, draw, library, site)
    base = f"/c/<string(length={CODE_LENGTH}):code>/results"
    blueprint.add_url_rule(base, "contest_results", views.results)
    blueprint.add_url_rule(f"{base}/seal", "contest_seal", views.seal)
    way = identity.who_is_it("提异议")
    blueprint.add_url_rule(f"{base}/object", "objecting", way(views.objecting))
    blueprint.add_url_rule(f"{base}/object", "object", way(views.object), methods=["POST"])
    asked = identity.who_is_it("看证书")
    blueprint.add_url_rule("/me/awards/<code>", "award", asked(views.own))
    blueprint.add_url_rule("/me/awards/<code>.<any(png, pdf):kind>", "award_picture", asked(views.picture))


def _printed(words: "paper.Said", faces: lettering.Faces) -> bytes:
    made = BytesIO()
    paper.pages([words], faces, made)
    return made.getvalue()


def _shown(session: Session, code: str) -> Contest:
    contest = queries.contest_called(session, code)
    return contest if contest is not None and rules.shows_results(contest.state) else abort(404)


def _results(session: Session, contest: Contest) -> Results:
    is_masked, today = rules.masks_results(contest.state), times.today(times.now())
    found: dict[int, list[tuple[str, str]]] = {}
    names: dict[int, str] = {}
    rows = awards.listed(session, contest, AwardState.SHOWN, AwardState.GIVEN)
    works = submissions(session, [award.submission_id for award in rows if award.submission_id])
    for award in rows:
        if award.tier_id not in names:
            tier = session.get_one(AwardTier, award.tier_id)
            each = f"，奖金 {yuan(tier.fen)} 元" if tier.fen else ""
            names[award.tier_id] = titled(group_of(session, tier), tier) + each
        work = works.get(award.submission_id) if award.submission_id else None
        name = texts.winner(award, work, is_masked=is_masked)
        found.setdefault(award.tier_id, []).append((name, f"《{award.title}》" if award.title else ""))
    can = rules.takes_objections(contest.state, first=contest.notice_from, last=contest.notice_until, today=today)
    until = short_day(contest.notice_until, beside=today) if is_masked and contest.notice_until else ""
    pool = prizes.shown_with(session, contest)
    has_seal = pool is not None and pool.state is not PoolState.DRAFT
    listed = tuple(Tier(names[tier], tuple(rows)) for tier, rows in found.items())
    return Results(contest.code, contest.title, listed, until, can, has_seal)


def _object(session: Session, *, code: str, openid: str, words: str, contact: str) -> None:
    objecting.object_(session, _shown(session, code), openid, words, contact, now=times.now())


def _own(session: Session, code: str, openid: str) -> Award:
    """404 for another reader's award, as if it were none."""
    award = awards.by_code(session, code)
    is_mine = award is not None and award.openid == openid and award.state is AwardState.GIVEN
    return award if award is not None and is_mine else abort(404)
