"""Programmes are used, awards say who gives them, works are packed for the province"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

KINDS = (
    'customer_message', 'menu', 'probe', 'fetch_media', 'subscription', 'template', 'list_templates', 'qr_code',
    'red_packet', 'transfer', 'pay_look', 'fetch_piece', 'make_piece', 'print_certificates', 'make_whole', 'make_pack',
)


def upgrade() -> None:
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint('callkind', type_='check')
        batch.create_check_constraint('callkind', sa.column('kind').in_(KINDS))
    op.add_column('issue_parts', sa.Column('is_named', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('issue_parts', sa.Column('declined_by', sa.String(length=32), server_default='', nullable=False))
    op.add_column('issues', sa.Column('fell_at', models.db.UtcDateTime(timezone=True), nullable=True))
    op.create_index('ix_issue_parts_submission', 'issue_parts', ['submission_id'], unique=False)
    op.add_column('award_tiers', sa.Column('giver', sa.String(length=60), server_default='', nullable=False))
    op.create_table('packs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('making', 'ready', 'failed', 'gone', name='packstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('wanted', sa.JSON(), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('works', sa.Integer(), server_default='0', nullable=False),
    sa.Column('left_out', sa.Integer(), server_default='0', nullable=False),
    sa.Column('bytes', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('cause', sa.String(length=200), server_default='', nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_packs_contest_id', 'packs', ['contest_id'], unique=False)
