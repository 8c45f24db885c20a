"""Errors that staff can mend are one line at the end of a command, with exit code 1; a traceback is for our own faults."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from config.settings import SettingsError
from models.db import is_unreachable
from models.errors import BadInput
from models.schema import SchemaIsOld


def said_plainly(command: click.Command) -> click.Command:
    """The same command, and every command below it, telling what is wrong instead of where in the code."""
    for below in getattr(command, "commands", {}).values():
        said_plainly(below)
    if command.callback is not None:
        command.callback = _telling(command.callback)
    return command


def _telling(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def told(*args: Any, **options: Any) -> Any:
        try:
            return callback(*args, **options)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None
        except SchemaIsOld:
            raise click.ClickException("数据库不是这个程序的版本：先运行 flask --app app migrate") from None
        except BadInput as error:
            raise click.ClickException(error.to_staff) from None
        except OSError as error:
            raise click.ClickException(f"{error.filename or ''} {error.strerror or error}".strip()) from None
        except Exception as error:
            if is_unreachable(error):
                raise click.ClickException(
                    "数据库连不上或正忙：核对 SHUSHENG_DATABASE_URL 和数据文件夹，看数据库是否在运行。"
                ) from None
            raise

    return told
