"""The demo's alert as Telegram shows it, for the documentation: a page and its picture.

Run ``nabat demo FOLDER`` first, then ``python tools/chat_picture.py FOLDER docs/images/alert.png``;
needs Chromium on the path and a font with emoji, such as Noto Color Emoji.
"""

import base64
import subprocess
import sys
from dataclasses import replace
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from alerts.brief import Brief
from alerts.chart import draw
from alerts.compose import alert
from alerts.texts import Speech
from nabat import assembly, config
from storage.database import Database
from storage.incident_records import Event, Incident, Message

_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 18px; width: 504px; background: #cfe0c3;
        font: 15px/1.34 "Noto Sans", "DejaVu Sans", Arial, sans-serif; color: #000 }}
.chat {{ text-align: center; margin-bottom: 10px }}
.chat span {{ background: #8aa87c; color: #fff; border-radius: 12px; padding: 3px 11px;
              font-size: 13px }}
.message {{ background: #fff; border-radius: 14px; overflow: hidden; width: 470px;
            box-shadow: 0 1px 2px #0003 }}
.name {{ color: #c03d33; font-weight: 600; padding: 7px 13px 5px }}
img {{ display: block; width: 100% }}
.text {{ padding: 8px 13px 4px; white-space: pre-wrap; overflow-wrap: anywhere }}
.text a {{ color: #168acd; text-decoration: none }}
.time {{ text-align: right; color: #93a0a8; font-size: 12px; padding: 0 13px 8px }}
.keys {{ width: 470px; display: grid; grid-template-columns: 1fr 1fr; gap: 4px; margin-top: 4px }}
.keys span {{ background: #7d9b6fd9; color: #fff; border-radius: 9px; padding: 8px 4px;
              text-align: center; font-weight: 500; font-size: 14px }}
.keys span:last-child:nth-child(odd) {{ grid-column: 1 / 3 }}
</style><div class="chat"><span>{day}</span></div>
<div class="message"><div class="name">Набат</div>{photo}<div class="text">{text}</div>
<div class="time">{time}</div></div><div class="keys">{keys}</div>"""


def compose(folder: Path) -> tuple[Message, Event]:
    """The first message of the demo's incident, and what it is about."""
    settings = config.load(folder / "nabat.toml")
    maps = assembly.playbook(settings)
    database = Database(settings.storage.url)
    with database.read() as tx:
        incident: Incident = tx.incidents.get(1)
        event = tx.incidents.events(1)[0]
    database.close()
    recognised = maps.recognise(event.facts)
    reaction = maps.reaction(recognised.situation.id)
    brief = Brief(
        incident=replace(incident, state="open", taken_by=None),
        event=event,
        level=max(event.level, recognised.situation.level),
        recognised=recognised,
        reaction=reaction,
        begun_at=incident.opened_at,
        take_until=incident.opened_at + reaction.take_within,
        asked=reaction.owner,
    )
    return replace(alert(brief, "telegram"), photo=draw(event.facts, Speech(), patience=60)), event


def page(message: Message, event: Event) -> str:
    """The message as the chat shows it."""
    photo = base64.b64encode(message.photo or b"").decode()
    speech = Speech()
    return _PAGE.format(
        day=speech.clock(event.at)[:5],
        photo=f'<img src="data:image/png;base64,{photo}">' if photo else "",
        text=message.html,
        time=speech.clock(event.at, near=event.at),
        keys="".join(f"<span>{escape(label)}</span>" for label, _ in message.buttons),
    )


def main(folder: Path, picture: Path) -> None:
    """Write the picture."""
    with TemporaryDirectory() as work:
        html = Path(work) / "chat.html"
        html.write_text(page(*compose(folder)), "utf-8")
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", f"--user-data-dir={work}/user",
                f"--screenshot={picture.resolve()}", "--window-size=540,1075", html.as_uri(),
            ],
            check=True,
            timeout=120,
        )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
