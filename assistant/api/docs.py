"""The page of the interface: every path with its fields and a curl call, made from its OpenAPI description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse

_STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.7 system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif; max-width: 900px; margin: 0 auto;
  padding: 24px 20px 60px; color: CanvasText; background: Canvas }
h1 { font-size: 24px; border-bottom: 2px solid #1f4f82; padding-bottom: 10px }
h2 { font-size: 17px; margin: 32px 0 4px }
code, pre { font: 13px/1.6 ui-monospace, Consolas, monospace }
pre { border: 1px solid #8885; border-radius: 6px; padding: 10px 14px; overflow-x: auto }
b { color: #fff; background: #1f4f82; border-radius: 4px; padding: 1px 8px; font-size: 13px }
table { border-collapse: collapse; width: 100% }
td { text-align: left; border-bottom: 1px solid #8885; padding: 4px 12px 4px 0; vertical-align: top }
"""


def add_docs(app: FastAPI, title: str = "外贸政策问答 API", version: str = "0.1.0") -> None:
    """GET /api/openapi.json, and /api as a page made from it: nothing is fetched from elsewhere."""
    schema: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not schema:
            schema.update(get_openapi(title=title, version=version, routes=app.routes, summary="Verbatim answers on trade policy, offline"))
        return schema

    @app.get("/api/openapi.json", include_in_schema=False)
    def openapi_json() -> dict[str, Any]:
        return openapi()

    @app.get("/api", include_in_schema=False, response_class=HTMLResponse)
    @app.get("/api/docs", include_in_schema=False, response_class=HTMLResponse)
    def page(request: Request) -> str:
        return docs_page(openapi(), str(request.base_url).rstrip("/"))


def docs_page(schema: Mapping[str, Any], address: str) -> str:
    """Every path with its fields and a curl call that can be pasted."""
    models = schema.get("components", {}).get("schemas", {})
    calls = [(path, method, told) for path, methods in schema["paths"].items() for method, told in methods.items()]
    sections = "".join(_path_section(path, method, told, models, address) for path, method, told in calls)
    whole = f"{escape(address)}/api/openapi.json"
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(schema['info']['title'])}</title><style>{_STYLE}</style></head><body><main><h1>{escape(schema['info']['title'])}</h1>"
        f'<p>机器可读 / machine-readable: <a href="{whole}">/api/openapi.json</a> · MCP: <code>{escape(address)}/mcp</code></p>'
        f"{sections}</main></body></html>"
    )


def _path_section(path: str, method: str, told: Mapping[str, Any], models: Mapping[str, Any], address: str) -> str:
    content = told.get("requestBody", {}).get("content", {})
    name = json.dumps(content.get("application/json", {}).get("schema", {}))
    model: Mapping[str, Any] = next((models[m] for m in models if f'schemas/{m}"' in name), {})
    required, must = model.get("required", []), "必填 / required"
    listed = [(field, kind, field in required) for field, kind in model.get("properties", {}).items()]
    listed += [(one["name"], one["schema"] | one, one.get("required", False)) for one in told.get("parameters", [])]
    fields = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{escape(_type(kind))}</td><td>{escape(kind.get('description', ''))}</td>"
        f"<td>{must if needed else ''}</td></tr>"
        for field, kind, needed in listed
    )
    call = f"curl -s {_method(method, content)}{address}{example_path(path, told)}"
    example = (model.get("examples") or [None])[0]
    if example is not None:
        bearer = " -H 'Authorization: Bearer KEY'" if path.endswith("/retrieval") else ""
        call += f" -H 'Content-Type: application/json'{bearer} -d '{json.dumps(example, ensure_ascii=False)}'"
    table = f"<table>{fields}</table>" if fields else ""
    return (
        f"<section><h2><b>{method.upper()}</b> <code>{escape(path)}</code></h2><p>{escape(told.get('summary', ''))}<br>"
        f'{escape(told.get("description", ""))}</p>{table}<pre tabindex="0">{escape(call)}</pre></section>'
    )


def example_path(path: str, told: Mapping[str, Any]) -> str:
    """The path of a call with the examples of its parameters in their places."""
    for one in told.get("parameters", []):
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", one["schema"]["examples"][0])
    return path


def _method(method: str, content: Mapping[str, Any]) -> str:
    """What curl has to be told of the method: a body makes it a POST, a file that is sent a PUT."""
    if method == "put":
        return "-T notice.txt "
    return "" if method == "get" or content else f"-X {method.upper()} "


def _type(field: Mapping[str, Any]) -> str:
    if "anyOf" in field:
        return " | ".join(_type(one) for one in field["anyOf"])
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if field.get("type") == "array":
        return f"{_type(field.get('items', {}))}[]"
    return str(field.get("format") or field.get("type") or "")
