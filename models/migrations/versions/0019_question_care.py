"""Questions that are edited, looked at again, and have a picture"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

IS_ASKED = sa.text("state = 'active' AND recheck_on IS NOT NULL")
HAS_PICTURE = sa.text("picture != ''")


def upgrade() -> None:
    with op.batch_alter_table('questions') as batch:
        batch.add_column(sa.Column('picture', sa.String(length=64), server_default='', nullable=False))
        batch.add_column(sa.Column('picture_alt', sa.String(length=120), server_default='', nullable=False))
        batch.add_column(sa.Column('replaced_by', sa.Integer(), nullable=True))
    op.create_index('ix_questions_recheck', 'questions', ['recheck_on'], unique=False, sqlite_where=IS_ASKED, postgresql_where=IS_ASKED)
    op.create_index('ix_questions_picture', 'questions', ['picture'], unique=False, sqlite_where=HAS_PICTURE, postgresql_where=HAS_PICTURE)
    op.create_table(
        'bank_files',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('state', sa.Enum('reading', 'done', 'broken', name='bankfilestate', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('new', sa.Integer(), nullable=False),
        sa.Column('known', sa.Integer(), nullable=False),
        sa.Column('doubts', sa.JSON(), nullable=False),
        sa.Column('doubt_count', sa.Integer(), nullable=False),
        sa.Column('why', sa.String(length=400), server_default='', nullable=False),
        sa.Column('handed_in_by', sa.String(length=40), nullable=False),
        sa.Column('handed_in_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('touched_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
