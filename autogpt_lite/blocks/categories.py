"""What the categories of blocks are about."""

CATEGORIES = {
    "AI": "Language models and other artificial intelligence.",
    "AGENT": "Agents that work for other agents.",
    "BASIC": "What nearly every agent needs.",
    "COMMUNICATION": "Chats and messages.",
    "CRM": "Customers and contacts.",
    "DATA": "Reads, changes and combines data.",
    "DEVELOPER_TOOLS": "For software development.",
    "HARDWARE": "Devices.",
    "INPUT": "What an agent asks for when it starts.",
    "ISSUE_TRACKING": "Tickets and issues.",
    "LOGIC": "Decides and calculates.",
    "MARKETING": "Campaigns and reach.",
    "MULTIMEDIA": "Pictures, sound and video.",
    "OUTPUT": "What an agent answers.",
    "PRODUCTIVITY": "Documents, calendars, tasks.",
    "SAFETY": "Keeps agents within bounds.",
    "SEARCH": "Finds things.",
    "SOCIAL": "Social networks.",
    "TEXT": "Works with text.",
}
