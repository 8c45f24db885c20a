"""WeChat Pay's own bills as staff handed them in: which days they speak of, and each line by which money moved.

A line is kept once, whichever files hold it. Amounts are fen. Nothing of a person is kept: the bill's remarks are not.
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, plain, word


class BillSource(StrEnum):
    """Which of the merchant site's files it is."""

    FUND = "fund"  # 资金账单: every move of the account
    LIST = "list"  # the export of red packets or transfers, with their states


class PayBill(Base):
    """One file."""

    __tablename__ = "pay_bills"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    digest: Mapped[str] = plain(sa.String(64), unique=True)
    name: Mapped[str] = plain(sa.String(80))
    source: Mapped[BillSource] = plain(word(BillSource))
    first_day: Mapped[date] = plain(sa.Date)
    last_day: Mapped[date] = plain(sa.Date)
    handed_by: Mapped[str] = plain(sa.String(40))
    handed_at: Mapped[datetime] = plain(UtcDateTime)


class PayBillLine(Base):
    """Money that moved, as WeChat Pay has it. `number` is ours where the line names one, `platform_number` theirs."""

    __tablename__ = "pay_bill_lines"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    bill_id: Mapped[int] = plain(sa.ForeignKey("pay_bills.id"))
    source: Mapped[BillSource] = plain(word(BillSource))
    key: Mapped[str] = plain(sa.String(80), unique=True)
    row: Mapped[int] = plain(sa.Integer)  # of the file
    at: Mapped[datetime] = plain(UtcDateTime)
    number: Mapped[str] = plain(sa.String(64))
    platform_number: Mapped[str] = plain(sa.String(64))
    name: Mapped[str] = plain(sa.String(60))  # what the platform calls the move
    is_in: Mapped[bool] = plain(sa.Boolean)  # back to the merchant
    fen: Mapped[int] = plain(sa.Integer)

    __table_args__ = (
        sa.CheckConstraint("fen > 0", name="bill_line_fen"),
        sa.Index("ix_pay_bill_lines_at", "source", "at"),
        sa.Index("ix_pay_bill_lines_number", "number"),
        sa.Index("ix_pay_bill_lines_platform", "platform_number"),
    )
