"""Notices: their files, blocks, forbidden words, shorter chains"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('notices', sa.Column('looked_at_by', sa.String(length=40), server_default='', nullable=False))
    op.add_column('notices', sa.Column('asked', sa.JSON(), server_default='{}', nullable=False))
    op.add_column('notices', sa.Column('wrote_before', sa.JSON(), server_default='[]', nullable=False))
    op.add_column('notice_signatures', sa.Column('looked_at', sa.JSON(), server_default='[]', nullable=False))
    op.create_table('notice_files',
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('alt', sa.String(length=120), server_default='', nullable=False),
    sa.Column('added_by', sa.String(length=40), nullable=False),
    sa.Column('added_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('notice_id', 'digest')
    )
    op.create_index('ix_notice_files_digest', 'notice_files', ['digest'], unique=False)
    op.create_table('notice_blocks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('changed_by', sa.String(length=40), nullable=False),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_table('forbidden_words',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word', sa.String(length=40), nullable=False),
    sa.Column('instead', sa.String(length=100), server_default='', nullable=False),
    sa.Column('added_by', sa.String(length=40), nullable=False),
    sa.Column('added_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('word')
    )
    op.create_table('branch_chains',
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('set_by', sa.String(length=40), nullable=False),
    sa.Column('set_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('branch_id')
    )
