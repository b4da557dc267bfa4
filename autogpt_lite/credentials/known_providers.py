"""What is known of providers: their names for people, the hosts that their keys may be sent to, where a key is made, and an
address that says whether a key is good."""

from __future__ import annotations

from typing import NamedTuple


class KnownProvider(NamedTuple):
    """`hosts` as in `Credentials.hosts`; `test_url` answers a GET with 200 for good credentials and 401 or 403 for others."""

    title: str
    hosts: tuple[str, ...] = ()
    key_url: str | None = None
    test_url: str | None = None


def _https(*hosts: str) -> tuple[str, ...]:
    # With the port: the secret must not travel in the clear to the same host.
    return tuple(host if host.startswith("*.") else f"{host}:443" for host in hosts)


KNOWN_PROVIDERS = {
    "agent_mail": KnownProvider("AgentMail", _https("api.agentmail.to")),
    "aiml_api": KnownProvider("AI/ML API", _https("api.aimlapi.com"), "https://aimlapi.com/app/keys"),
    "airtable": KnownProvider(
        "Airtable", _https("api.airtable.com"), "https://airtable.com/create/tokens", "https://api.airtable.com/v0/meta/whoami"
    ),
    "anthropic": KnownProvider("Anthropic", _https("api.anthropic.com"), "https://console.anthropic.com/settings/keys"),
    "apollo": KnownProvider("Apollo", _https("api.apollo.io")),
    "ayrshare": KnownProvider("Ayrshare", _https("api.ayrshare.com")),
    "baas": KnownProvider("Meeting BaaS", _https("api.meetingbaas.com")),
    "bannerbear": KnownProvider("Bannerbear", _https("api.bannerbear.com", "sync.api.bannerbear.com")),
    "d_id": KnownProvider("D-ID", _https("api.d-id.com")),
    "database": KnownProvider("Database"),
    "dataforseo": KnownProvider("DataForSEO", _https("api.dataforseo.com")),
    "discord": KnownProvider(
        "Discord", _https("discord.com"), "https://discord.com/developers/applications", "https://discord.com/api/v10/users/@me"
    ),
    "e2b": KnownProvider("E2B", _https("*.e2b.dev", "*.e2b.app"), "https://e2b.dev/dashboard"),
    "elevenlabs": KnownProvider("ElevenLabs", _https("api.elevenlabs.io")),
    "enrichlayer": KnownProvider("Enrichlayer", _https("enrichlayer.com")),
    "exa": KnownProvider("Exa", _https("api.exa.ai"), "https://dashboard.exa.ai/api-keys"),
    "fal": KnownProvider("fal", _https("*.fal.run", "fal.run", "*.fal.ai"), "https://fal.ai/dashboard/keys"),
    "firecrawl": KnownProvider("Firecrawl", _https("api.firecrawl.dev"), "https://www.firecrawl.dev/app/api-keys"),
    "github": KnownProvider(
        "GitHub",
        _https("api.github.com", "github.com", "uploads.github.com", "raw.githubusercontent.com"),
        "https://github.com/settings/tokens",
        "https://api.github.com/user",
    ),
    "google": KnownProvider("Google", _https("*.googleapis.com"), None, "https://www.googleapis.com/oauth2/v2/userinfo"),
    "google_maps": KnownProvider("Google Maps", _https("*.googleapis.com"), "https://console.cloud.google.com/google/maps-apis"),
    "groq": KnownProvider(
        "Groq", _https("api.groq.com"), "https://console.groq.com/keys", "https://api.groq.com/openai/v1/models"
    ),
    "http": KnownProvider("Any web server"),
    "hubspot": KnownProvider("HubSpot", _https("api.hubapi.com")),
    "ideogram": KnownProvider("Ideogram", _https("api.ideogram.ai")),
    "jina": KnownProvider("Jina", _https("*.jina.ai"), "https://jina.ai/api-dashboard"),
    "linear": KnownProvider("Linear", _https("api.linear.app"), "https://linear.app/settings/api"),
    "llama_api": KnownProvider("Llama API", _https("api.llama.com"), "https://llama.developer.meta.com"),
    "mcp": KnownProvider("MCP server"),
    "medium": KnownProvider("Medium", _https("api.medium.com"), None, "https://api.medium.com/v1/me"),
    "mem0": KnownProvider("Mem0", _https("api.mem0.ai")),
    "notion": KnownProvider("Notion", _https("api.notion.com"), "https://www.notion.so/my-integrations"),
    "nvidia": KnownProvider("NVIDIA", _https("*.nvidia.com"), "https://build.nvidia.com"),
    "ollama": KnownProvider("Ollama"),
    "open_router": KnownProvider(
        "OpenRouter", _https("openrouter.ai"), "https://openrouter.ai/keys", "https://openrouter.ai/api/v1/key"
    ),
    "openai": KnownProvider(
        "OpenAI", _https("api.openai.com"), "https://platform.openai.com/api-keys", "https://api.openai.com/v1/models"
    ),
    "openweathermap": KnownProvider("OpenWeatherMap", _https("api.openweathermap.org")),
    "pinecone": KnownProvider("Pinecone", _https("*.pinecone.io")),
    "reddit": KnownProvider("Reddit", _https("oauth.reddit.com", "www.reddit.com")),
    "replicate": KnownProvider(
        "Replicate",
        _https("api.replicate.com"),
        "https://replicate.com/account/api-tokens",
        "https://api.replicate.com/v1/account",
    ),
    "revid": KnownProvider("Revid", _https("www.revid.ai")),
    "screenshotone": KnownProvider("ScreenshotOne", _https("api.screenshotone.com")),
    "slant3d": KnownProvider("Slant 3D", _https("www.slant3dapi.com")),
    "smartlead": KnownProvider("Smartlead", _https("server.smartlead.ai")),
    "smtp": KnownProvider("Mail server (SMTP)"),
    "stagehand": KnownProvider("Stagehand", _https("*.browserbase.com")),
    "telegram": KnownProvider("Telegram", _https("api.telegram.org"), "https://t.me/BotFather"),
    "todoist": KnownProvider("Todoist", _https("api.todoist.com")),
    "twitter": KnownProvider("X (Twitter)", _https("api.x.com", "api.twitter.com")),
    "unreal_speech": KnownProvider("Unreal Speech", _https("*.unrealspeech.com")),
    "v0": KnownProvider("v0", _https("api.v0.dev"), "https://v0.dev/chat/settings/keys"),
    "webshare_proxy": KnownProvider("Webshare", _https("*.webshare.io")),
    "wolfram": KnownProvider("Wolfram|Alpha", _https("api.wolframalpha.com")),
    "wordpress": KnownProvider("WordPress", _https("public-api.wordpress.com")),
    "zerobounce": KnownProvider("ZeroBounce", _https("api.zerobounce.net")),
}


def title_of(provider: str) -> str:
    """Its name for people."""
    known = KNOWN_PROVIDERS.get(provider)
    return known.title if known else provider.replace("_", " ").title()
