"""rempart.toml: what is wrong in it is said with its place, what is right comes back, and secrets have one reader."""

from pathlib import Path

import pytest

from rempart.web.config import BadConfig, DatabaseConfig, Face, FaceConfig, Site, SiteConfig, load_config, save_config
from rempart.web.setup import make_folders


def test_a_folder_without_configuration_says_how_to_make_one(tmp_path: Path) -> None:
    """The sentence names the command."""
    with pytest.raises(BadConfig, match="rempart site init"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "name = ",
        'profile = "police"',
        'nmae = "x"',
        "[public]\nworkers = 0",
        '[database]\nengine = "mysql"',
        '[database]\npassword = "x"',
        "max_upload_bytes = -1",
    ],
)
def test_a_wrong_line_is_refused_and_not_guessed_at(tmp_path: Path, text: str) -> None:
    """Typing errors, unknown names and impossible values stop the start."""
    (tmp_path / "rempart.toml").write_text(text)

    with pytest.raises(BadConfig, match="cannot be used"):
        load_config(tmp_path)


def test_what_was_saved_is_what_is_loaded(tmp_path: Path) -> None:
    """Only what differs from the defaults is written, and it comes back."""
    config = SiteConfig(
        name='L’abri "Sud"',
        profile="association",
        public=FaceConfig(bind="127.0.0.1:9000", hosts=("aide.example",), https=True),
        database=DatabaseConfig(engine="postgresql", host="/run/postgresql"),
    )

    save_config(tmp_path, config)

    assert load_config(tmp_path) == config
    assert "workers" not in (tmp_path / "rempart.toml").read_text()


def test_a_configuration_is_never_written_over(tmp_path: Path) -> None:
    """What a person wrote stays."""
    save_config(tmp_path, SiteConfig())

    with pytest.raises(FileExistsError):
        save_config(tmp_path, SiteConfig(name="other"))


def test_making_a_site_again_changes_nothing(tmp_path: Path) -> None:
    """Secrets and configuration of the first time stay; they are for their owner's eyes."""
    first = make_folders(tmp_path, SiteConfig())
    secrets = [first.secret(face) for face in (Face.PUBLIC, Face.DESK)]

    again = make_folders(tmp_path, SiteConfig(name="other"))

    assert again.config.name == "Rempart"
    assert [again.secret(face) for face in (Face.PUBLIC, Face.DESK)] == secrets
    assert secrets[0] != secrets[1]
    assert {path.stat().st_mode & 0o777 for path in first.keys.glob("*.secret")} == {0o600}


def test_a_missing_secret_is_said(tmp_path: Path) -> None:
    """A face does not start with a secret of its own making."""
    save_config(tmp_path, SiteConfig())

    with pytest.raises(BadConfig, match="missing"):
        Site.at(tmp_path).secret(Face.PUBLIC)
