"""Files of works without an award go on the day that a contest has announced"""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('contests', sa.Column('is_let_go', sa.Boolean(), server_default=sa.false(), nullable=False))
