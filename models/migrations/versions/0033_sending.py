"""Broadcasts: what is asked of WeChat and when, files it has, its words about jobs"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0033'
down_revision = '0032'
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
    op.add_column('broadcasts', sa.Column('sent_to', sa.String(length=64), server_default='', nullable=False))
    op.add_column('broadcasts', sa.Column('tries', sa.Integer(), server_default='0', nullable=False))
    op.add_column('broadcasts', sa.Column('site', sa.String(length=200), server_default='', nullable=False))
    op.add_column('broadcasts', sa.Column('next_at', models.db.UtcDateTime(timezone=True), nullable=True))
    op.create_index('ix_broadcasts_next', 'broadcasts', ['next_at'], unique=False, sqlite_where=sa.text('next_at IS NOT NULL'), postgresql_where=sa.text('next_at IS NOT NULL'))
    op.add_column('broadcast_parts', sa.Column('media_id', sa.String(length=128), server_default='', nullable=False))
    op.add_column('broadcast_parts', sa.Column('tries', sa.Integer(), server_default='0', nullable=False))
    op.add_column('broadcast_parts', sa.Column('again', sa.Integer(), server_default='0', nullable=False))
    op.add_column('broadcast_parts', sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=True))
    op.add_column('broadcast_parts', sa.Column('looks', sa.Integer(), server_default='0', nullable=False))
    op.add_column('broadcast_parts', sa.Column('look_at', models.db.UtcDateTime(timezone=True), nullable=True))
    op.create_table('platform_files',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('use', sa.String(length=12), nullable=False),
    sa.Column('address', sa.String(length=600), nullable=False),
    sa.Column('until', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('given_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest', 'use')
    )
    op.create_table('job_words',
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('told', sa.JSON(), nullable=False),
    sa.Column('told_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('number')
    )
    op.create_index(op.f('ix_job_words_told_at'), 'job_words', ['told_at'], unique=False)
