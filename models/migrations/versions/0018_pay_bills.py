"""WeChat Pay's bills, as staff handed them in"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'pay_bills',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('source', sa.Enum('fund', 'list', name='billsource', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('first_day', sa.Date(), nullable=False),
        sa.Column('last_day', sa.Date(), nullable=False),
        sa.Column('handed_by', sa.String(length=40), nullable=False),
        sa.Column('handed_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('digest'),
    )
    op.create_table(
        'pay_bill_lines',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('bill_id', sa.Integer(), nullable=False),
        sa.Column('source', sa.Enum('fund', 'list', name='billsource', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('key', sa.String(length=80), nullable=False),
        sa.Column('row', sa.Integer(), nullable=False),
        sa.Column('at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('number', sa.String(length=64), nullable=False),
        sa.Column('platform_number', sa.String(length=64), nullable=False),
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('is_in', sa.Boolean(), nullable=False),
        sa.Column('fen', sa.Integer(), nullable=False),
        sa.CheckConstraint('fen > 0', name='bill_line_fen'),
        sa.ForeignKeyConstraint(['bill_id'], ['pay_bills.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('key'),
    )
    op.create_index('ix_pay_bill_lines_at', 'pay_bill_lines', ['source', 'at'])
    op.create_index('ix_pay_bill_lines_number', 'pay_bill_lines', ['number'])
    op.create_index('ix_pay_bill_lines_platform', 'pay_bill_lines', ['platform_number'])
