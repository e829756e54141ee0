"""The templates of the pages: everything is escaped, and a name that is missing is an error."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2


def template(name: str, *filters: Callable[..., object]) -> "jinja2.Template":
    """The template of that file in this folder; in it the functions are filters by their own names."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sentio.report", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({each.__name__: each for each in filters})
    return environment.get_template(name)
