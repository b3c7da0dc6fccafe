"""What the service lines of Telegram's HTML export say: the action, by its name in the JSON export, and who acted.

The HTML export writes a sentence where the JSON export writes fields. Its sentences are English whatever the
language of the application.
Source: telegramdesktop/tdesktop, export_output_html.cpp (pushMessage), names of actions from export_output_json.cpp.
Trap: a display name may hold the words of a sentence; where the words stand twice, nobody is said to have acted.
"""

_AT_END = {
    " took a screenshot": "take_screenshot",
    " joined Telegram": "joined_telegram",
    " requested your phone number": "requested_phone_number",
    " joined group by request": "join_group_by_request",
    " converted this group to a supergroup": "migrate_to_supergroup",
    " changed group photo": "edit_group_photo",
    " removed group photo": "delete_group_photo",
    " suggests to use this photo": "suggest_profile_photo",
    " has set messages not to auto-delete": "set_messages_ttl",
    " disabled chat theme": "edit_chat_theme",
    " set a new background for this chat": "set_chat_wallpaper",
    " set the same background for this chat": "set_same_chat_wallpaper",
}
_INSIDE = {
    " created group «": "create_group",
    " changed group title to «": "edit_group_title",
    " joined group by link from ": "join_group_by_link",
    " converted a basic group to this supergroup «": "migrate_from_group",
    " has set messages to auto-delete in ": "set_messages_ttl",
    " created topic «": "topic_created",
    " changed topic ": "topic_edit",
    " scheduled a voice chat for ": "group_call_scheduled",
    " started voice chat": "group_call",
    " changed chat theme to ": "edit_chat_theme",
    " sent you a gift": "send_premium_gift",
    " is now within ": "proximity_reached",
    " invited ": "invite_members",
    " removed ": "remove_members",
    " pinned ": "pin_message",
    " scored ": "score_in_game",
}
_AT_START = {
    "History cleared": "clear_history",
    "Channel title changed to «": "edit_group_title",
    "Channel photo changed": "edit_group_photo",
    "Channel photo removed": "delete_group_photo",
    "Channel theme was ": "edit_chat_theme",
    "Channel «": "create_channel",
    "New messages will ": "set_messages_ttl",
    "Group call": "group_call",
    "Voice chat scheduled for ": "group_call_scheduled",
    "Voice chat": "group_call",
    "You are now within ": "proximity_reached",
    "You have successfully transferred data from ": "send_webview_data",
    "You have successfully transferred ": "send_payment",
    "You were charged ": "send_payment",
    "You allowed this bot to message you": "allow_sending_messages",
    "You have sent the following documents: ": "send_passport_values",
}
_DELETED = frozenset({"", "Deleted", "Deleted Account"})


def read_sentence(text: str) -> tuple[str | None, str | None]:
    """(action, display name of who acted); None, None: the sentence is none of the known ones."""
    for words, action in _AT_END.items():
        if text.endswith(words):
            return action, _name(text.removesuffix(words))
    found = [(text.find(words), words) for words in _INSIDE if words in text]
    if found:
        _, words = min(found)
        action = (
            "invite_to_group_call" if words == " invited " and text.endswith(" to the voice chat") else _INSIDE[words]
        )
        return action, _name(text.partition(words)[0]) if text.count(words) == 1 else None
    return next((action for words, action in _AT_START.items() if text.startswith(words)), None), None


def _name(name: str) -> str | None:
    return None if name in _DELETED else name
