"""Notices: what is told, signed and sent"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('notice_opt_outs',
    sa.Column('openid', sa.String(length=64), nullable=False),
    sa.Column('said_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('openid')
    )
    op.create_table('segments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('rules', sa.JSON(), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_table('notices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('form', sa.Enum('articles', 'text', 'pictures', 'voice', name='noticeform', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('use', sa.Enum('general', 'preview', 'closure', 'winners', 'books', 'bulletin', name='noticeuse', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('state', sa.Enum('draft', 'checking', 'ready', 'sent', 'dropped', name='noticestate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('emergency', sa.String(length=300), server_default='', nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code')
    )
    op.create_index('ix_notices_state', 'notices', ['state', 'changed_at'], unique=False)
    op.create_table('broadcasts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('way', sa.Enum('mass_all', 'mass_tag', 'mass_list', 'draft', 'publish', 'messages', 'pack', name='way', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('rules', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('planned', 'late', 'preparing', 'sending', 'waiting', 'paused', 'done', 'stopped', 'failed', name='broadcaststate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('due_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by', sa.String(length=40), server_default='', nullable=False),
    sa.Column('confirmed_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('frozen_to', sa.String(length=64), server_default='', nullable=False),
    sa.Column('frozen_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('media_id', sa.String(length=128), server_default='', nullable=False),
    sa.Column('publish_id', sa.String(length=64), server_default='', nullable=False),
    sa.Column('told', sa.JSON(), server_default='{}', nullable=False),
    sa.Column('cause', sa.String(length=300), server_default='', nullable=False),
    sa.Column('done_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_broadcasts_notice_id'), 'broadcasts', ['notice_id'], unique=False)
    op.create_index('ix_broadcasts_state', 'broadcasts', ['state', 'due_at'], unique=False)
    op.create_table('notice_signatures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Enum('first_proof', 'second_proof', 'first_review', 'second_review', name='step', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('is_yes', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('who', sa.String(length=40), nullable=False),
    sa.Column('deputy_for', sa.String(length=40), server_default='', nullable=False),
    sa.Column('signed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('voided_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_notice_signatures_notice_id'), 'notice_signatures', ['notice_id'], unique=False)
    op.create_index('ix_notice_signatures_step', 'notice_signatures', ['notice_id', 'step'], unique=True, sqlite_where=sa.text('is_yes IS 1 AND voided_at IS NULL'), postgresql_where=sa.text('is_yes AND voided_at IS NULL'))
    op.create_index('ix_notice_signatures_who', 'notice_signatures', ['notice_id', 'who'], unique=True, sqlite_where=sa.text('is_yes IS 1 AND voided_at IS NULL'), postgresql_where=sa.text('is_yes AND voided_at IS NULL'))
    op.create_table('notice_versions',
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('who', sa.String(length=40), nullable=False),
    sa.Column('saved_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('notice_id', 'number')
    )
    op.create_table('broadcast_parts',
    sa.Column('broadcast_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=32), nullable=False),
    sa.Column('state', sa.Enum('owed', 'taken', 'told', 'failed', name='partstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('msg_id', sa.String(length=32), server_default='', nullable=False),
    sa.Column('msg_data_id', sa.String(length=32), server_default='', nullable=False),
    sa.Column('taken_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('told', sa.JSON(), server_default='{}', nullable=False),
    sa.Column('cause', sa.String(length=300), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcasts.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('broadcast_id', 'number'),
    sa.UniqueConstraint('client_id')
    )
    op.create_index(op.f('ix_broadcast_parts_msg_id'), 'broadcast_parts', ['msg_id'], unique=False)
    op.create_table('broadcast_readers',
    sa.Column('broadcast_id', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Enum('listed', 'handed', 'owed', 'left_out', name='outcome', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('cause', sa.String(length=100), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcasts.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('broadcast_id', 'openid')
    )
    op.create_index('ix_broadcast_readers_openid', 'broadcast_readers', ['openid'], unique=False)
    op.create_index('ix_broadcast_readers_part', 'broadcast_readers', ['broadcast_id', 'part'], unique=False)
