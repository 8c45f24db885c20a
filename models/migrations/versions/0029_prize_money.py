"""Prize money of awards, picked up whatever the way of their pool and by whom; certificates printed in one go; works dealt in parts, likes frozen"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


KINDS = (
    'customer_message', 'menu', 'probe', 'fetch_media', 'subscription', 'template', 'list_templates', 'qr_code',
    'red_packet', 'transfer', 'pay_look', 'fetch_piece', 'make_piece', 'print_certificates', 'make_whole',
)


def upgrade() -> None:
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint('callkind', type_='check')
        batch.create_check_constraint('callkind', sa.column('kind').in_(KINDS))
    op.create_table('certificate_prints',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('asked_by', sa.String(length=40), nullable=False),
    sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('done_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('cause', sa.String(length=200), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_certificate_prints_contest_id', 'certificate_prints', ['contest_id'], unique=False)
    op.create_index('ix_certificate_prints_asked_at', 'certificate_prints', ['asked_at'], unique=False)
    op.add_column('prizes', sa.Column('at_desk', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('prizes', sa.Column('handed_to', sa.String(length=60), server_default='', nullable=False))
    op.add_column('contests', sa.Column('pays_at_desk', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('judging_rounds', sa.Column('is_dealing', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('judging_rounds', sa.Column('likes_until', models.db.UtcDateTime(timezone=True), nullable=True))
    op.add_column('award_tiers', sa.Column('takes_earlier', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table('round_likes',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('likes', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['judging_rounds.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id']),
    sa.PrimaryKeyConstraint('round_id', 'submission_id')
    )
    op.create_index('ix_judging_rounds_dealing', 'judging_rounds', ['id'], unique=False, sqlite_where=sa.text('is_dealing'), postgresql_where=sa.text('is_dealing'))
    op.create_index('ix_awards_prize_id', 'awards', ['prize_id'], unique=False)


def downgrade() -> None:
    op.drop_table('certificate_prints')
    op.drop_table('round_likes')
    op.drop_column('award_tiers', 'takes_earlier')
    op.drop_column('judging_rounds', 'likes_until')
    op.drop_index('ix_judging_rounds_dealing', table_name='judging_rounds')
    op.drop_column('judging_rounds', 'is_dealing')
    op.drop_index('ix_awards_prize_id', table_name='awards')
    op.drop_column('contests', 'pays_at_desk')
    op.drop_column('prizes', 'handed_to')
    op.drop_column('prizes', 'at_desk')
