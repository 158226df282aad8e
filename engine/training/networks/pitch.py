"""Pitch out of a waveform, and a waveform out of pitch.

A vocoder that must learn by itself to keep the phase of a partial from frame to frame needs days;
until then a bark hisses. So the latent says plainly how high a sound is and how harmonic, and the
vocoder starts from a pulse train of that pitch (as in the source-filter models of speech: Wang et
al. 2019; Engel et al. 2020), whose partials it only has to weigh.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

SAMPLE_RATE = 48000
HOP = 512
WINDOW = 2048
SHORTEST, LONGEST = 6, 1000  # lags in samples: 8 kHz and 48 Hz
REFERENCE = 300.0  # Hz; what is unpitched is said to be here
OCTAVES = 1.5  # per unit of the latent
BAND_EDGES = (800.0, 2500.0, 6000.0)
BAND_MIDDLES = (400.0, 1600.0, 4000.0, 9000.0)
NEAR_TOP = 0.88  # of the highest peak; the first so high is the period (McLeod & Wyvill 2005)
PARTIAL_MAGNITUDE = 256.0  # of a unit cosine in a Hann window of 1024


class PitchTracker(nn.Module):
    """Waveform [batch, frames * 1024] to pitch and harmonicity [batch, frames, 6].

    Two values of pitch, in units of 1.5 octaves from 300 Hz, every 512 samples one, then the
    harmonicity of four bands, -1 (noise) to 1: the share of a band's energy that repeats with the
    pitch, as mixed-excitation vocoders have it (McCree & Barnwell 1995). Pitch is found by the
    McLeod method (McLeod & Wyvill 2005); where nothing is harmonic it is held from its
    surroundings.
    """

    def __init__(self) -> None:
        super().__init__()
        reach = torch.arange(-40, 41).float()
        hold = torch.zeros(81)
        for weight, width in ((1.0, 0.6), (1e-2, 4.0), (1e-4, 16.0)):
            hold += weight * torch.exp(-0.5 * (reach / width) ** 2)
        self.register_buffer("hold", hold.reshape(1, 1, -1), persistent=False)
        bins = torch.arange(WINDOW + 1) * SAMPLE_RATE / (2 * WINDOW)
        edges = torch.tensor([*BAND_EDGES, float(SAMPLE_RATE)])
        masks = torch.bucketize(bins, edges).unsqueeze(1) == torch.arange(len(edges))
        masks[0] = False  # what stands still repeats with any pitch
        self.register_buffer("masks", masks.float(), persistent=False)
        hann = torch.hann_window(WINDOW)
        self.register_buffer("hann", hann, persistent=False)
        overlap = torch.fft.irfft(torch.fft.rfft(hann, n=2 * WINDOW).abs().square())[: LONGEST + 2]
        self.register_buffer("overlap", overlap / overlap[0], persistent=False)
        wave = torch.cos(2 * torch.pi / (2 * WINDOW) * torch.arange(2 * WINDOW).double()).float()
        self.register_buffer("wave", wave, persistent=False)

    def framed(self, audio: Tensor) -> Tensor:
        """Return frames [batch, hops, WINDOW], each centred on its hop."""
        margin = (WINDOW - HOP) // 2
        padded = nn.functional.pad(audio, (margin, WINDOW - HOP - margin))
        pieces = padded.reshape(audio.shape[0], -1, HOP)
        count = pieces.shape[1] - WINDOW // HOP + 1
        return torch.cat([pieces[:, k : k + count] for k in range(WINDOW // HOP)], dim=2)

    def correlation(self, frames: Tensor) -> Tensor:
        """Return the normalised square difference [batch, hops, lags], lag 0 first."""
        sums = nn.functional.pad(frames.square().cumsum(-1), (1, 0))
        lags = torch.arange(LONGEST + 2, device=frames.device)
        energy = sums[..., WINDOW - lags] + sums[..., -1:] - sums[..., lags]
        return 2 * self._products(self._power(frames)) / (energy + 1e-6)

    def _power(self, frames: Tensor) -> Tensor:
        """The power spectrum [..., WINDOW + 1]; by matrix products in an exported graph."""
        if not torch.compiler.is_exporting():
            spectrum = torch.fft.rfft(frames, n=2 * WINDOW)
            exact: Tensor = spectrum.real.square() + spectrum.imag.square()
            return exact
        wave = self.get_buffer("wave")
        turns = torch.outer(torch.arange(WINDOW), torch.arange(WINDOW + 1))
        real = frames @ wave[turns % (2 * WINDOW)]
        imaginary = frames @ wave[(turns + WINDOW // 2) % (2 * WINDOW)]
        power: Tensor = real.square() + imaginary.square()
        return power

    def _products(self, power: Tensor) -> Tensor:
        """Autocorrelation [..., lags] of a power spectrum."""
        if not torch.compiler.is_exporting():
            exact: Tensor = torch.fft.irfft(power, n=2 * WINDOW)[..., : LONGEST + 2]
            return exact
        wave, bins = self.get_buffer("wave"), torch.arange(WINDOW + 1)
        weights = torch.full((WINDOW + 1, 1), 1.0 / WINDOW)
        weights[0] = weights[-1] = 0.5 / WINDOW
        back = wave[torch.outer(bins, torch.arange(LONGEST + 2)) % (2 * WINDOW)] * weights
        products: Tensor = power @ back
        return products

    def forward(self, audio: Tensor) -> Tensor:
        """Return pitch and harmonicity."""
        with torch.autocast(audio.device.type, enabled=False):
            frames = self.framed(audio.float())
            octaves, height = self.measure(frames)
            weight = height**8
            smoothed = self._held(weight * octaves) / (self._held(weight) + 1e-6)
            pitch = (smoothed / OCTAVES).reshape(audio.shape[0], -1, 2)
            bands = self.harmonicity(frames, smoothed)
            pairs = bands.reshape(audio.shape[0], -1, 2, bands.shape[2]).mean(2)
            return torch.cat([pitch, 2 * pairs - 1], dim=2)

    def harmonicity(self, frames: Tensor, octaves: Tensor) -> Tensor:
        """Return the share of each band's energy that repeats with the pitch, [batch, hops, 4]."""
        power = self._power(frames * self.get_buffer("hann"))
        lag = (SAMPLE_RATE / REFERENCE * torch.exp2(-octaves)).clamp(SHORTEST, LONGEST)
        bins = torch.arange(WINDOW + 1, device=frames.device)
        turns = lag.unsqueeze(2) * bins / (2 * WINDOW)
        together = (power * torch.cos(2 * torch.pi * (turns - turns.floor()))) @ self.get_buffer(
            "masks"
        )
        energy = power @ self.get_buffer("masks")
        overlap = self.get_buffer("overlap")[lag.round().long()].clamp(min=0.1)
        return (together / (energy + 1e-5) / overlap.unsqueeze(2)).clamp(0, 1)

    def measure(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Return octaves above 300 Hz and the height of the peak, 0 to 1, [batch, hops] each."""
        found = self.correlation(frames)
        middle = found[..., 1:-1]
        peaks = (middle > found[..., :-2]) & (middle >= found[..., 2:])
        past_zero = (middle < 0).float().cumsum(-1) > 0
        lags = torch.arange(1, LONGEST + 1, device=frames.device)
        peaks &= past_zero & (lags >= SHORTEST)
        heights = torch.where(peaks, middle, torch.zeros_like(middle))
        top = heights.amax(-1, keepdim=True)
        first = ((heights >= NEAR_TOP * top) & peaks).float().argmax(-1, keepdim=True)
        left, here, right = (torch.gather(found, -1, first + k) for k in range(3))
        bend = (left - 2 * here + right).clamp(max=-1e-9)
        lag = (first + 1 + 0.5 * (left - right) / bend).squeeze(-1).clamp(SHORTEST, LONGEST)
        heard = (top > 0).squeeze(-1)
        octaves = torch.where(
            heard, torch.log2(SAMPLE_RATE / REFERENCE / lag), torch.zeros_like(lag)
        )
        return octaves, torch.where(heard, here.squeeze(-1).clamp(0, 1), torch.zeros_like(lag))

    def _held(self, values: Tensor) -> Tensor:
        hold = self.get_buffer("hold")
        out: Tensor = nn.functional.conv1d(values.unsqueeze(1), hold, padding=hold.shape[-1] // 2)
        return out.squeeze(1)


def frequency(pitch: Tensor) -> Tensor:
    """Return the frequency [batch, hops], in cycles per sample, of pitch [batch, frames, 2]."""
    hops = pitch.reshape(pitch.shape[0], 1, -1)
    # A generator's pitch trembles from hop to hop; a throat's does not.
    around = nn.functional.pad(hops, (1, 1), "replicate")
    smoothed = 0.25 * around[..., :-2] + 0.5 * hops + 0.25 * around[..., 2:]
    octaves = (smoothed * OCTAVES).clamp(-2.7, 4.8).squeeze(1)
    return REFERENCE / SAMPLE_RATE * torch.exp2(octaves)


def advance(pitch: Tensor) -> Tensor:
    """Return the cycles [batch, hops] that pass up to each hop's middle from the one before."""
    cycles = frequency(pitch)
    before = torch.cat([cycles[:, :1], cycles[:, :-1]], dim=1)
    return HOP / 2 * (before + cycles)


class PulseTrain(nn.Module):
    """Pitch [batch, frames, 2] in the tracker's units to [batch, frames * 1024] of unit partials.

    The phase at each hop's middle is an input, so that a long sound can be made piece by piece.
    """

    def forward(self, pitch: Tensor, phase: Tensor) -> Tensor:
        """Return a sum of cosines, one per harmonic below 23 kHz, each of unit STFT magnitude.

        Args:
            pitch: In the tracker's units.
            phase: Cycles at each hop's middle, [batch, hops]: the sum of :func:`advance`.
        """
        cycles = frequency(pitch)
        edges = nn.functional.pad(cycles.unsqueeze(1), (1, 1), "replicate").squeeze(1)
        first = phase[:, :1] - HOP * cycles[:, :1]
        started = torch.cat([first, phase], dim=1).unsqueeze(2)
        here, beyond = edges[:, :-1].unsqueeze(2), edges[:, 1:].unsqueeze(2)
        time = torch.arange(HOP, device=pitch.device) + 0.5
        bend = (beyond - here) / (2 * HOP)
        turns = (started + here * time + bend * time.square()).reshape(pitch.shape[0], -1)
        partials = (23000.0 / SAMPLE_RATE / (here + 2 * bend * time)).floor().clamp(min=1.0)
        partials = partials.reshape(pitch.shape[0], -1)
        half = torch.pi * (turns - turns.floor())
        # Dirichlet's kernel; at a pulse both sides vanish.
        below = half.sin()
        near = below.abs() < 1e-4
        ratio = ((2 * partials + 1) * half).sin() / torch.where(near, torch.ones_like(below), below)
        pulses = (torch.where(near, 2 * partials + 1, ratio) - 1) / 2 / PARTIAL_MAGNITUDE
        return pulses[:, HOP // 2 : -(HOP // 2)]


def at_frames(values: Tensor) -> Tensor:
    """Return [batch, frames * 4, 1], one per spectrum, of [batch, frames, 2]."""
    return values.reshape(values.shape[0], -1, 1).repeat_interleave(2, dim=1)


def spread(bands: Tensor, bins: int) -> Tensor:
    """Return [batch, frames, bins] of a transform, between the middles of the bands it is given."""
    middles = torch.tensor(BAND_MIDDLES, device=bands.device)
    place = torch.linspace(0, SAMPLE_RATE / 2, bins, device=bands.device).unsqueeze(1)
    above = torch.nn.functional.pad(middles[1:] - middles[:-1], (1, 1), value=1.0)
    rise = ((place - torch.cat([place[:1] - 1, middles[:-1].unsqueeze(1)]).T) / above[:-1]).clamp(
        0, 1
    )
    fall = torch.nn.functional.pad(rise[:, 1:], (0, 1))
    weights: Tensor = rise - fall
    return bands @ weights.T


def pulse_magnitude(pitch: Tensor) -> Tensor:
    """Return how high partials must stand to carry what noise of unit magnitude carries."""
    spacing = REFERENCE * torch.exp2(pitch * OCTAVES) / (SAMPLE_RATE / 1024)
    return (spacing / 1.5).clamp(min=1.0).sqrt()
