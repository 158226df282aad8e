"""Assemble the base pack: ``python -m engine.training.pack --help``."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np

from engine.codec import decode
from engine.packs.manifest import read_manifest, write_manifest
from engine.packs.registry import Pack
from engine.packs.stages import MotionStage
from engine.packs.verify import verify
from engine.training.bank.store import Bank
from engine.training.checkpoints import load_checkpoint
from engine.training.flow.encoding import trained
from engine.training.pack.base import base_manifest
from engine.training.pack.card import TrainedStage, write_card
from engine.training.pack.graphs import (
    export_autoencoder,
    export_flow,
    export_judge,
    fold_statistics,
)
from engine.training.pack.word_timing import fit_timing

PRETRAINED = (
    "text.onnx",
    "tokenizer.json",
    "scene.onnx",
    "labels.json",
    "label_embeddings.npy",
    "LICENCES.md",
)
REPOSITORY = Path(__file__).resolve().parents[3]


def assemble(options: argparse.Namespace, folder: Path) -> None:
    """Put every file of the pack into ``folder``, pack.json last."""
    for name in PRETRAINED:
        shutil.copyfile(options.pretrained / name, folder / name)
    shutil.copyfile(options.motion / "motion.onnx", folder / "motion.onnx")
    shutil.copyfile(options.bank / "ATTRIBUTION.md", folder / "ATTRIBUTION.md")
    shutil.copyfile(REPOSITORY / "LICENSE", folder / "LICENSE")
    motion = json.loads((options.motion / "motion.json").read_text("utf-8"))

    flow = load_checkpoint(options.flow)
    sound = load_checkpoint(options.autoencoder)
    judge = load_checkpoint(options.judge)
    autoencoder = fold_statistics(trained(sound), flow["latent_mean"], flow["latent_deviation"])
    stages = [
        TrainedStage(
            "Autoencoder",
            options.autoencoder.with_suffix(".jsonl"),
            export_autoencoder(autoencoder, folder),
            sound.get("settings", {}),
        ),
        TrainedStage(
            "Flow",
            options.flow.with_suffix(".jsonl"),
            export_flow(flow, folder),
            flow.get("settings", {}),
        ),
        TrainedStage(
            "Judge",
            options.judge.with_suffix(".jsonl"),
            export_judge(judge, folder),
            judge.get("settings", {}),
        ),
        TrainedStage(
            "Motion encoder",
            options.motion / "motion.jsonl",
            motion["parity"],
            motion.get("settings", {}),
        ),
    ]
    remarks = options.remarks.read_text("utf-8")
    bank = Bank(options.bank)
    rules = fit_timing(bank, options.pretrained)
    np.save(folder / "lasting.npy", rules.lasting)
    np.save(folder / "ringing.npy", rules.ringing)
    write_card(
        folder / "DATA_CARD.md",
        bank,
        stages,
        timing=rules,
        machine=options.machine,
        remarks=remarks,
    )
    write_manifest(folder, base_manifest(folder, decode(MotionStage, motion["stage"])))


def main() -> None:
    """Assemble, verify, and only then put the pack in its place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--autoencoder", type=Path, required=True, help="autoencoder.pt")
    parser.add_argument("--flow", type=Path, required=True, help="flow.pt")
    parser.add_argument("--judge", type=Path, required=True, help="judge.pt")
    parser.add_argument("--motion", type=Path, required=True, help="folder of the motion export")
    parser.add_argument(
        "--pretrained", type=Path, required=True, help="folder of the frozen stages"
    )
    parser.add_argument("--bank", type=Path, required=True, help="folder of the audio bank")
    parser.add_argument(
        "--machine", required=True, help="what it was trained on, for the data card"
    )
    parser.add_argument("--remarks", type=Path, required=True, help="Markdown for the data card")
    parser.add_argument("--out", type=Path, required=True, help="exported_models/lumiphone-base")
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.out.parent, prefix=".assembling-") as name:
        folder = Path(name) / options.out.name
        folder.mkdir()
        assemble(options, folder)
        if problems := verify(Pack(folder, read_manifest(folder))):
            raise problems[0]
        if options.out.exists():
            shutil.rmtree(options.out)
        folder.rename(options.out)


if __name__ == "__main__":
    main()
