"""Pictures of activities"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'activity_pictures',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('position', sa.SmallInteger(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('width', sa.Integer(), nullable=False),
        sa.Column('height', sa.Integer(), nullable=False),
        sa.Column('alt', sa.String(length=120), nullable=False),
        sa.Column('added_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint('position BETWEEN 0 AND 9', name='ck_activity_pictures_position'),
        sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('activity_id', 'position', name='uq_activity_pictures_position'),
    )
    op.create_index('ix_activity_pictures_digest', 'activity_pictures', ['digest'])
