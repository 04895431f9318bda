"""Settings: environment variables with the prefix ASSISTANT_, or the same names in a settings file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"


def _default_data() -> Path:
    """``.index`` beside the code in a checkout, else a folder of the user's."""
    if (ROOT / "pyproject.toml").is_file() and os.access(ROOT, os.W_OK):
        return ROOT / ".index"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "trade-policy-assistant"


class Settings(BaseSettings):
    """All settings with their defaults."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", env_file="assistant.env", extra="ignore")

    data: Path = Field(default_factory=_default_data, description="数据文件夹（资料库、索引） / folder of the library and its index")
    model: str | None = Field(None, description="编码模型：文件夹或名称 / encoder: a sentence-transformers folder or hub name")
    store: str | None = Field(
        None,
        description="在 Milvus 里检索：milvus+http://主机:19530 或 milvus+文件.db，默认在本机文件里 / "
        "search in Milvus: milvus+http://host:19530 or milvus+FILE.db; by default in files of this machine",
    )
    host: str = Field("127.0.0.1", description="网页监听地址 / address that the page listens on")
    port: int = Field(7860, ge=0, le=65535, description="网页端口 / port of the page")
    api_key: SecretStr | None = Field(
        None, description="接口密钥：设了以后 /api 和 /mcp 要带 Authorization: Bearer / key that calls of /api and /mcp must carry"
    )
    feedback: bool = Field(True, description="是否在本机保存用户对回答的评价 / keep what users say of answers, on this machine: on or off")
    edit: bool | None = Field(
        None,
        description="网页上能否更改资料库；默认只有在本机打开的网页能 / may the page change the library: on or off; by default only where it is opened "
        "on this machine",
    )
    llm_base_url: str | None = Field(
        None,
        description="可选的语言模型（OpenAI 兼容接口），只润色措辞，默认不用 / optional endpoint that may phrase the lead; off by default",
    )
    llm_model: str | None = Field(None, description="语言模型名称 / name of the language model at the endpoint")
    llm_api_key: SecretStr | None = Field(None, description="语言模型接口密钥 / key of the endpoint")
    llm_timeout: float = Field(
        8.0, gt=0, le=120, description="等语言模型几秒，超时用摘录答案 / seconds to wait, then the extractive answer"
    )


def listed(settings: Settings) -> list[dict[str, str | None]]:
    """Each setting by its name in the environment, with its value, where this comes from and what it is for; a key is not shown."""
    from dotenv import dotenv_values

    config = Settings.model_config
    file = dotenv_values(str(config["env_file"]))
    without = Settings(**dict[str, Any]())  # what environment and file alone give
    rows: list[dict[str, str | None]] = []
    for field, told in Settings.model_fields.items():
        name = f"{config['env_prefix']}{field}".upper()
        value = getattr(settings, field)
        places = (("environment", os.environ), (str(config["env_file"]), file))
        origin = next((place for place, names in places if name in map(str.upper, names)), "default")
        if value != getattr(without, field):
            origin = "command line"
        rows.append({"name": name, "value": None if value is None else str(value), "from": origin, "description": told.description})
    return rows
