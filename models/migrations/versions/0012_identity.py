"""Who is the reader on a page: browsers bound to readers, and 不是我"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'page_bindings',
        sa.Column('cookie_hash', sa.String(length=64), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('link_hash', sa.String(length=64), nullable=False),
        sa.Column('bound_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('seen_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('cookie_hash'),
        sa.UniqueConstraint('link_hash'),
    )
    op.create_index('ix_page_bindings_openid', 'page_bindings', ['openid'])
    op.create_index('ix_page_bindings_seen_at', 'page_bindings', ['seen_at'])
    op.create_table(
        'page_refusals',
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('said_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('openid'),
    )
