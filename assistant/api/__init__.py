"""HTTP: /api/ask, /api/search, /api/documents, /api/verify, and /api/retrieval in Dify's form; PUT and DELETE under
/api/documents change the library. /api is its page.

What goes wrong is told as ``{"error": {"code", "message", "message_en"}}`` (Chinese, English), on /api/retrieval as
Dify's ``{"error_code", "error_msg"}``; never a traceback. With a key each call must carry it as ``Authorization: Bearer …``.
"""

from assistant.api.docs import add_docs
from assistant.api.editing import editing_routes
from assistant.api.routes import router

__all__ = ["add_docs", "editing_routes", "router"]
