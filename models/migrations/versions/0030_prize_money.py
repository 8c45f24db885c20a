"""Prize money of awards: prizes that are picked up whatever the way of their pool, and by whom"""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('prizes', sa.Column('at_desk', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('prizes', sa.Column('handed_to', sa.String(length=60), server_default='', nullable=False))
    op.add_column('contests', sa.Column('pays_at_desk', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index('ix_awards_prize_id', 'awards', ['prize_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_awards_prize_id', table_name='awards')
    op.drop_column('contests', 'pays_at_desk')
    op.drop_column('prizes', 'handed_to')
    op.drop_column('prizes', 'at_desk')
