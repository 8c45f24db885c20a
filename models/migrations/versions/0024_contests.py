"""Files of works are found by what they are waiting for, and by who names them"""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

UNDERWAY = sa.text("state IN ('wanted', 'kept')")


def upgrade() -> None:
    op.create_index(
        'ix_submission_pieces_underway', 'submission_pieces', ['id'], sqlite_where=UNDERWAY, postgresql_where=UNDERWAY
    )
    op.create_index('ix_submission_pieces_playable', 'submission_pieces', ['playable'])
    op.create_index('ix_submissions_file', 'submissions', ['whole'])

