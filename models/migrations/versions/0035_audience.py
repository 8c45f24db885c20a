"""Whom a notice reaches: lists of followers, tags, taps"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None

KINDS = (
    'customer_message', 'menu', 'probe', 'fetch_media', 'subscription', 'template', 'list_templates', 'qr_code',
    'red_packet', 'transfer', 'pay_look', 'fetch_piece', 'make_piece', 'print_certificates', 'make_whole', 'make_pack',
    'draft', 'mass_send', 'mass_look', 'publish', 'publish_look', 'preview', 'take_back', 'list_followers', 'tag_readers',
)


def upgrade() -> None:
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint('callkind', type_='check')
        batch.create_check_constraint('callkind', sa.column('kind').in_(KINDS))
    op.add_column('followers', sa.Column('listed_in', sa.Integer(), nullable=True))
    op.create_table('follower_listings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('listing', 'comparing', 'asked', 'leaving', 'done', 'stopped', name='listingstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('who', sa.String(length=40), nullable=False),
    sa.Column('began_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('next_openid', sa.String(length=64), server_default='', nullable=False),
    sa.Column('calls', sa.Integer(), server_default='0', nullable=False),
    sa.Column('listed', sa.Integer(), server_default='0', nullable=False),
    sa.Column('total', sa.Integer(), server_default='0', nullable=False),
    sa.Column('missing', sa.Integer(), server_default='0', nullable=False),
    sa.Column('looked_to', sa.String(length=64), server_default='', nullable=False),
    sa.Column('gone', sa.Integer(), server_default='0', nullable=False),
    sa.Column('cause', sa.String(length=300), server_default='', nullable=False),
    sa.Column('done_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('notice_habits',
    sa.Column('one', sa.Integer(), nullable=False),
    sa.Column('most', sa.SmallInteger(), nullable=False),
    sa.Column('within_days', sa.SmallInteger(), nullable=False),
    sa.PrimaryKeyConstraint('one')
    )
    op.create_table('other_sends',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('told_by', sa.Enum('staff', 'wechat', name='toldby', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('who', sa.String(length=40), nullable=False),
    sa.Column('told_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('day')
    )
    op.create_table('platform_tags',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('readers', sa.Integer(), nullable=False),
    sa.Column('seen_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('segment_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['segment_id'], ['segments.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('taggings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('segment_id', sa.Integer(), nullable=False),
    sa.Column('rules', sa.JSON(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('state', sa.Enum('going', 'done', 'stopped', name='taggingstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('tag_id', sa.Integer(), nullable=True),
    sa.Column('tagged_to', sa.String(length=64), server_default='', nullable=False),
    sa.Column('calls', sa.Integer(), server_default='0', nullable=False),
    sa.Column('tagged', sa.Integer(), server_default='0', nullable=False),
    sa.Column('refused', sa.Integer(), server_default='0', nullable=False),
    sa.Column('cause', sa.String(length=300), server_default='', nullable=False),
    sa.Column('who', sa.String(length=40), nullable=False),
    sa.Column('began_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('done_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['segment_id'], ['segments.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_taggings_segment_id', 'taggings', ['segment_id'], unique=False)
    op.create_table('notice_links',
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('code'),
    sa.UniqueConstraint('notice_id', 'path', name='uq_notice_links')
    )
    op.create_table('broadcast_sums',
    sa.Column('broadcast_id', sa.Integer(), nullable=False),
    sa.Column('gone', sa.Integer(), nullable=False),
    sa.Column('usually', sa.Integer(), nullable=False),
    sa.Column('summed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('messages', sa.JSON(), nullable=True),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcasts.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('broadcast_id')
    )
    op.create_table('notice_taps',
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('visitor', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['code'], ['notice_links.code'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('code', 'day', 'visitor')
    )
