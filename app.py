"""Wires doors, conversations, the table of owed work and the commands together; nothing else.

`create_app` is what Flask's command line finds, `serving` what the web server calls in each of its processes.
"""

import atexit
import gc
from collections.abc import Callable, Mapping
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

import bot.commands
import console.commands
import console.staff_commands
import worker.commands
from activities import merging, tellings
from activities.places import delivery_photos
from activities.reminders import service as reminders
from activities.signup import absences, door_qr, keeping, line, lottery
from activities.volunteers import keeping as volunteers_kept
from activities.volunteers import reminding as shift_reminders
from bot import calls, errcodes, ils, pay_calls, posting
from bot.client import READ_SECONDS, Client
from bot.envelope import Envelope
from bot.notify import owe_menu, prepare_menu
from bot.pay_client import client_of
from bot.pay_notice import notices_of
from bot.platform import REAL_SCRIPT, Platform
from bot.webhook import Door
from bot.wsgi import Callback
from config import limits, logging
from config.menu import Menu, menu_of
from config.settings import CALLBACK_SETTINGS, PAY_SETTINGS, Settings, SettingsError, settings_here
from console.desk import Desk, Outside, desk_of
from console.needs_by_chat import NeedsByChat
from console.plainly import said_plainly
from console.site import console_of, protect_forms
from contests import ffmpeg, pieces, printing, sums, sweeping
from contests import keeping as works_kept
from contests import leaving as works_left
from contests import media as works
from contests import prizes as award_prizes
from contests import service as contests
from contests import telling as contest_tellings
from contests.judging import service as judging
from contests.programmes import making
from contests.province import packing, packs
from desk.answers import telling as answers_told
from desk.cases import falling as cases
from desk.cases import files as said
from desk.loans import imports as loan_imports
from desk.loans import looking as ils_looks
from desk.loans import telling as loan_notes
from handlers.turn import House
from models import conversation, messages, rights, schema, tables, times, upkeep
from models.db import Database
from models.inbox import Push
from models.outbox import CallKind, Pace
from models.work import Unknown, Work, as_it_is
from notices import figures as notice_figures
from notices import late, reads
from notices.audience import freezing, listing, tagging
from notices.closing import service as closings
from notices.menus import service as menus
from notices.periodicals import service as periodicals
from notices.sending import owed as notices_owed
from notices.sending import steps as broadcasts
from pages import health, site
from payouts import appeals as prize_appeals
from payouts import draws, paying
from payouts import service as prizes
from payouts.tax import Tax
from quizzes import boards, drawing, leaving, playing, traces
from quizzes import service as quizzes
from web import printing as printer
from web.given import RowNumber
from worker.clock import Clock, DailyJob, Part
from worker.hands import Hands

PAGE_PATIENCE_SECONDS = 3  # somebody looks at a white screen meanwhile; without an answer the page goes on without it

__all__ = ["create_app", "serving", "tables"]  # tables: all are known before the first query


def create_app(settings: Settings | None = None) -> Flask:
    """The whole product on one database, without its clock and hands."""
    logging.configure()
    try:
        settings = settings or settings_here()
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    times.use_zone(settings.timezone)
    database = Database(settings.database)
    needs = NeedsByChat()
    house = House(
        settings.library, settings.site, settings.desk_phone, settings.secret_key, has_ils=settings.has_ils, needs=needs,
        needs_ahead=needs.ahead,
    )  # fmt: skip
    app = Flask("shusheng", static_folder=None)
    app.url_map.converters["int"] = RowNumber
    app.config.update(
        SECRET_KEY=settings.secret_key or None,
        TRUSTED_PROXY=settings.proxy,
        MAX_CONTENT_LENGTH=limits.MAX_CALLBACK_BYTES,
    )
    desk = _desk(settings, database, house)
    needs.of(app, desk)
    forms = protect_forms(app, desk)
    app.extensions["shusheng"] = (settings, database)
    client = _client(settings, database)
    simulator_url = settings.simulator_url if settings.demo else None
    app.register_blueprint(
        site.pages_of(
            database,
            house,
            simulator_url=simulator_url,
            data=settings.data,
            secret=settings.secret_key,
            platform=_platform(settings, database, _client(settings, database, read_seconds=PAGE_PATIENCE_SECONDS)),
        )
    )
    app.register_blueprint(health.health_of(database, token=settings.metrics_token))
    if settings.payout == "transfer" and not settings.missing(*PAY_SETTINGS["transfer"]):
        notices = notices_of(database, partial(client_of, settings))
        forms.exempt(notices)  # WeChat Pay has no form of ours: its signature is checked
        app.register_blueprint(notices)
    app.register_blueprint(console_of(desk))
    for command in (
        *bot.commands.commands_of(settings, database, client, house),
        *worker.commands.commands_of(settings, database, partial(start_work, settings, database)),
        *console.commands.commands_of(settings, database),
        *console.staff_commands.commands_of(settings, database),
    ):
        app.cli.add_command(said_plainly(command))
    if all(getattr(settings, name) for name in CALLBACK_SETTINGS):
        door = app.extensions["door"] = _door(settings, database, house)
        app.wsgi_app = Callback(door, app.wsgi_app, observe=health.count_callback)  # type: ignore[method-assign]
    return app


def serving() -> Flask:
    """The application in a server's process, with its own clock and hands."""
    app = create_app()
    settings, database = app.extensions["shusheng"]
    settings.required(*CALLBACK_SETTINGS)
    schema.ready(database)
    app.extensions["door"].make_ready()
    atexit.register(start_work(settings, database))
    # What is loaded by now stays for good: no collection of garbage need look through it again, with readers waiting.
    gc.collect()
    gc.freeze()
    return app


def start_work(settings: Settings, database: Database) -> Callable[[], None]:
    """Clock and hands in this process. Gives back what stops them."""
    table = work_table(
        _client(settings, database), media=settings.media, site=settings.site, secret=settings.secret_key
    )  # fmt: skip
    hands = Hands(database, {**table, **pay_table(settings), **ils_table(settings)})
    clock = Clock(
        database,
        daily_jobs(settings),
        (*upkeep_parts(), *sweeping_parts(settings.media)),
        (*due_parts(), *ils_parts(settings), partial(switch_menu, settings.site)),
        (*patient_parts(), partial(loan_imports.carry_on, settings.media)),
    )
    with database.units() as session:
        now = times.now()
        owe_menu(session, menu_now(session, settings.site, now), now=now)
        rights.owe_probes(session, occasion=f"start:{now:%Y-%m-%dT%H:%M}", now=now)
    clock.start(follows_demo_clock=settings.demo)
    hands.start()

    def stop() -> None:
        clock.stop()
        hands.stop(shorten=ffmpeg.end_all)  # nobody waits for a film: it is made again

    return stop


def _desk(settings: Settings, database: Database, house: House) -> Desk:
    def rerun(session: Session, push: Push, who: str) -> None:
        bot.commands.rerun_push(session, push, house, who=who)

    patient = _client(settings, database, read_seconds=PAGE_PATIENCE_SECONDS)
    outside = Outside(rerun=rerun, advice=errcodes.advice, show_typing=partial(calls.show_typing, patient))
    return desk_of(
        database, library=settings.library, site=settings.site, is_demo=settings.demo, outside=outside, media=settings.media,
        payout=settings.payout, merchant=settings.pay_merchant,
        tax=Tax(settings.tax_rate, int(settings.tax_above * 100)),
        secret=settings.secret_key, phone=settings.desk_phone, has_ils=settings.has_ils,
    )  # fmt: skip


def _client(settings: Settings, database: Database, *, read_seconds: float = READ_SECONDS) -> Client:
    return Client(
        app_id=settings.wechat_app_id, secret=settings.wechat_app_secret, base=settings.wechat_api_base, database=database,
        read_seconds=read_seconds,
    )  # fmt: skip


def _platform(settings: Settings, database: Database, client: Client) -> Platform:
    return Platform(
        client, database, open_base=settings.wechat_open_base,
        script=f"{settings.simulator_url}/jweixin.js" if settings.demo else REAL_SCRIPT,
        has_rights=settings.account_kind == "service" and settings.account_verified, merchant=settings.pay_merchant,
        bridge=f"{settings.simulator_url}/jweixin.js" if settings.demo else "",
    )  # fmt: skip


def _door(settings: Settings, database: Database, house: House) -> Door:
    envelope = Envelope(
        token=settings.wechat_token, aes_key=settings.wechat_aes_key, app_id=settings.wechat_app_id
    )  # fmt: skip
    return Door(database, envelope, house, allow_plain=settings.allow_plain)


def work_table(client: Client, *, media: Path, site: str, secret: str = "") -> Mapping[CallKind, Work]:
    """Everything we can owe, a row a kind. `secret` opens what is sealed of readers' loans."""
    rows = (
        Work(
            CallKind.CUSTOMER_MESSAGE,
            do=partial(calls.send_customer_message, client),
            # As many slots as calls leave in a tenth of a second: up to 100 ms a call the rate alone sets the pace.
            pace=Pace(per_second=limits.CUSTOMER_MESSAGES_PER_SECOND, burst=40, slots=40),
            unknown=Unknown.NEVER,
            prepare=loan_notes.looked_at_anew(messages.prepare_message, secret=secret),
            settle=loan_notes.noted(messages.settle_message),
        ),
        *(
            Work(
                kind,
                do=partial(send, client, site),
                pace=Pace(per_second=limits.TEMPLATE_MESSAGES_PER_SECOND, burst=20, slots=20),
                unknown=Unknown.NEVER,
                prepare=loan_notes.looked_at_anew(messages.prepare_by_template, secret=secret),
                settle=loan_notes.noted(messages.settle_by_template),
            )
            for kind, send in (
                (CallKind.SUBSCRIPTION, calls.send_subscription),
                (CallKind.TEMPLATE, calls.send_template),
            )
        ),
        Work(
            CallKind.LIST_TEMPLATES,
            do=partial(calls.list_templates, client),
            pace=Pace(per_second=1, burst=2, slots=1),
            unknown=Unknown.AGAIN,
            settle=rights.settle_list,
        ),
        Work(
            CallKind.QR_CODE,
            do=partial(calls.create_qr, client),
            pace=Pace(per_second=5, burst=5, slots=1),
            unknown=Unknown.AGAIN,
            settle=door_qr.settle,
        ),
        Work(
            CallKind.MENU,
            do=partial(calls.create_menu, client),
            pace=Pace(per_second=1, burst=1, slots=1),
            unknown=Unknown.AGAIN,
            prepare=prepare_menu,
        ),
        Work(
            CallKind.PROBE,
            do=partial(calls.probe_right, client),
            pace=Pace(per_second=2, burst=len(rights.RIGHTS), slots=1),
            unknown=Unknown.AGAIN,
            settle=rights.settle_probe,
        ),
        Work(
            CallKind.FETCH_MEDIA,
            do=partial(calls.fetch_picture, client, media),
            pace=Pace(per_second=5, burst=10, slots=2),
            unknown=Unknown.AGAIN,
            settle=delivery_photos.settle,
        ),
        Work(
            CallKind.FETCH_SAID,
            do=partial(calls.fetch_said, client, media),
            pace=Pace(per_second=limits.MEDIA_PER_SECOND, burst=10, slots=2),
            unknown=Unknown.AGAIN,  # the same file under the same name
            prepare=said.prepare,
            settle=said.settle,
        ),
        Work(
            CallKind.LIST_FOLLOWERS,
            do=partial(calls.list_followers, client),
            pace=Pace(per_second=5, burst=5, slots=1),  # 500 calls a day are the platform's default: five million
            unknown=Unknown.AGAIN,
            prepare=listing.prepare,
            settle=listing.settle,
        ),
        Work(
            CallKind.TAG_READERS,
            do=partial(calls.tag_readers, client),
            pace=Pace(per_second=20, burst=5, slots=1),  # one after the other: two calls about one reader are refused
            unknown=Unknown.AGAIN,
            prepare=tagging.prepare,
            settle=tagging.settle,
        ),
        *_work_on_files(client, media),
        *_work_on_notices(client, media),
    )
    return {row.kind: row for row in rows}


def _repeatable(
    kind: CallKind, do: Callable[..., Any], pace: Pace, prepare: Callable[..., Any], settle: Callable[..., Any]
) -> Work:  # fmt: skip
    """Work that may be done again where nobody knows whether it was: the second time makes the same."""
    return Work(kind, do=do, pace=pace, unknown=Unknown.AGAIN, prepare=prepare, settle=settle)


def _work_on_files(client: Client, media: Path) -> tuple[Work, ...]:
    """The files of works. One conversion at a time in each process: readers' words come first."""
    fetching = Pace(per_second=limits.MEDIA_PER_SECOND, burst=10, slots=4)
    making_one, packing_one = Pace(per_second=4, burst=2, slots=1), Pace(per_second=1, burst=1, slots=1)
    rows = (
        (CallKind.FETCH_PIECE, partial(calls.fetch_piece, client, media), fetching, pieces.prepare_piece, pieces.settle_fetched),
        (CallKind.MAKE_PIECE, partial(works.make_piece, media), making_one, pieces.prepare_piece, pieces.settle_made),
        (CallKind.PRINT_CERTIFICATES, partial(printer.draw, media), making_one, printing.prepare, printing.settle),
        (CallKind.MAKE_WHOLE, partial(works.make_whole, media), making_one, making.prepare, making.settle),
        (CallKind.MAKE_PACK, partial(packing.make_pack, media), packing_one, packs.prepare, packs.settle),
    )  # fmt: skip
    return tuple(_repeatable(*row) for row in rows)


def _work_on_notices(client: Client, media: Path) -> tuple[Work, ...]:
    """Broadcasts. Everything of them may be asked again: by its key, by its draft, or because it only asks."""
    drafts = Pace(per_second=limits.DRAFT_CALLS_PER_SECOND, burst=10, slots=2)
    # One mass send at a time: the platform takes 60 a minute, and the next part waits for the last one's answer.
    mass = Pace(per_second=limits.MASS_CALLS_PER_SECOND, burst=3, slots=1)
    rows = (
        (CallKind.DRAFT, partial(posting.draft, client, media), drafts, notices_owed.prepare_draft, notices_owed.settle_draft),
        (CallKind.MASS_SEND, partial(posting.send, client), mass, notices_owed.prepare_send, notices_owed.settle_send),
        (CallKind.MASS_LOOK, partial(posting.look, client), mass, notices_owed.prepare_look, notices_owed.settle_look),
        (CallKind.PUBLISH, partial(posting.publish, client), mass, notices_owed.prepare_publish, notices_owed.settle_publish),
        (
            CallKind.PUBLISH_LOOK, partial(posting.publish_look, client), mass, notices_owed.prepare_publish_look,
            notices_owed.settle_publish_look,
        ),
        (CallKind.PREVIEW, partial(posting.preview, client), mass, notices_owed.prepare_preview, notices_owed.settle_preview),
        (CallKind.TAKE_BACK, partial(posting.take_back, client), mass, notices_owed.prepare_take_back, notices_owed.settle_take_back),
        (CallKind.ARTICLE_READS, partial(posting.reads, client), mass, as_it_is, reads.settle),
    )  # fmt: skip
    return tuple(_repeatable(*row) for row in rows)


def pay_table(settings: Settings) -> Mapping[CallKind, Work]:
    """What we can owe to WeChat Pay; nothing where prizes are handed over at the desk."""
    if settings.payout == "desk":
        return {}
    pay = client_of(settings)
    notify_url = f"{settings.site}/pay/notify"
    by_packet = Work(
        CallKind.RED_PACKET,
        do=partial(pay_calls.send_red_packet, pay),
        pace=_within(limits.RED_PACKETS_PER_SECOND, burst=3, slots=8),
        unknown=Unknown.AGAIN,  # the same number is the same packet
        prepare=paying.prepare,
        settle=paying.settle,
    )
    by_transfer = Work(
        CallKind.TRANSFER,
        do=partial(pay_calls.send_transfer, pay, notify_url),
        pace=_within(limits.TRANSFERS_PER_SECOND, burst=10, slots=16),
        unknown=Unknown.AGAIN,
        prepare=paying.prepare,
        settle=paying.settle,
    )
    look = Work(
        CallKind.PAY_LOOK,
        do=partial(pay_calls.look, pay),
        pace=Pace(per_second=limits.PAY_LOOKS_PER_SECOND, burst=4, slots=4),
        unknown=Unknown.AGAIN,
        prepare=paying.prepare_look,
        settle=paying.settle_look,
    )
    send = by_packet if settings.payout == "red_packet" else by_transfer
    return {send.kind: send, look.kind: look}


def _within(a_second: int, *, burst: int, slots: int) -> Pace:
    """A pace by which no second has more calls than `a_second`: one too many is refused, and waits for five.

    A burst of one loses whatever a hand is late: of 29 a second 20 were left on a busy machine; with three, 27 of 27.
    """
    return Pace(per_second=a_second - burst, burst=burst, slots=slots)


def ils_table(settings: Settings) -> Mapping[CallKind, Work]:
    """What we can owe to the library's own system; nothing where there is no line to it."""
    if not settings.has_ils:
        return {}
    work = Work(
        CallKind.ILS,
        do=partial(ils.call, ils.Line.of(settings)),
        pace=Pace(per_second=5, burst=5, slots=2),  # self-check machines stand on the same line
        unknown=Unknown.AGAIN,  # a renewal begins by looking whether it was made
        prepare=partial(ils_looks.prepare, settings.secret_key),
        settle=partial(ils_looks.settle, settings.secret_key),
    )
    return {work.kind: work}


def ils_parts(settings: Settings) -> tuple[Part, ...]:
    """Cards looked at without being asked, where there is a line."""
    return (ils_looks.look_due,) if settings.has_ils else ()


def upkeep_parts() -> tuple[upkeep.Part, ...]:
    """What the clock goes on with, a part a unit."""
    return (
        *upkeep.PARTS, *keeping.PARTS, *volunteers_kept.PARTS,
        *leaving.PARTS, *works_left.PARTS, *works_kept.PARTS, *award_prizes.PARTS, printing.drop_old,
        prize_appeals.empty_appeals, conversation.forget_drafts, merging.carry_on, packs.expire, answers_told.clear_away,
        broadcasts.forget_words, *cases.UPKEEP, *loan_notes.PARTS, loan_imports.forget_returned, loan_imports.forget_files,
    )  # fmt: skip


def due_parts() -> tuple[Part, ...]:
    """What falls due at any minute, a part a unit."""
    return (
        line.lapse_offers, line.offer_what_is_free, lottery.seal_lists, lottery.draw_due, lottery.draw_on,
        absences.close_rolls, tellings.carry_on, contest_tellings.carry_on, reminders.send_due, shift_reminders.remind_due,
        playing.expire_due, boards.freeze_due,
        quizzes.close_due, drawing.collect_due, draws.draw_due, draws.hand_out,
        closings.carry_on, prizes.remind_unclaimed, prizes.lapse_due, prizes.end_denied, paying.look_after,
        broadcasts.carry_on, *contests.PARTS, works_left.take_down, pieces.give_up_lost, printing.give_up_lost,
        making.give_up_lost, packs.give_up_lost, judging.deal_due, listing.begin_due, listing.carry_on, *cases.DUE, loan_notes.plan_part,
    )  # fmt: skip


def sweeping_parts(media: Path) -> tuple[upkeep.Part, ...]:
    """What goes from the disk as well."""
    return (
        sweeping.drop_stale_uploads,
        sweeping.SweepUploads(media),
        sweeping.SweepPrints(media),
        sweeping.sweep(media),
        packing.SweepPacks(media),
        said.sweep(media),
        loan_imports.SweepFiles(media),
    )


def patient_parts() -> tuple[Part, ...]:
    """What goes on beside everything else, since nobody waits for it."""
    return (traces.measure, sums.sum_up, notice_figures.keep_sums, freezing.carry_on)


def menu_now(session: Session, site: str, now: datetime) -> Menu:
    """What the account is to show: what staff have set, else the default."""
    shown = menus.live(session, now)
    return {"button": shown.buttons} if shown else menu_of(site)


def switch_menu(site: str, session: Session, now: datetime) -> int:
    """Have the menu of this moment shown: 1 where it changed."""
    return int(owe_menu(session, menu_now(session, site, now), now=now, again=False))


def daily_jobs(settings: Settings) -> tuple[DailyJob, ...]:
    """What the calendar asks for once a day."""

    def probe(session: Session, now: datetime) -> None:
        rights.owe_probes(session, occasion=f"{now:%Y-%m-%d}", now=now)

    def menu(session: Session, now: datetime) -> None:
        owe_menu(session, menu_now(session, settings.site, now), now=now)

    return (
        DailyJob("probe", time(7, 30), probe),
        DailyJob("menu", time(7, 31), menu),
        DailyJob("periodicals", time(7, 32), periodicals.plan_ahead),
        DailyJob("late signatures", late.AT, late.remind),
        DailyJob("article reads", reads.AT, reads.ask),
    )
