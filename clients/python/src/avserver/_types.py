"""The wire as types: dictionaries with the keys of the JSON that the server sends. All media times are seconds."""

from __future__ import annotations

from typing import Dict, List, Literal, TypedDict, Union

Modality = Literal["audio", "visual", "audioVisual"]


class ModelReference(TypedDict):
    """A model by name and version."""

    name: str
    version: str


class _Event(TypedDict):
    streamId: str
    #: Number within the cursor's epoch, from 1, without gaps; 0 for telemetry.
    sequence: int
    #: UTC, ISO 8601.
    at: str


class _Numbered(_Event, total=False):
    #: Its place among the stream's events, for ``after``; absent for telemetry. Compare it for equality and with nothing else.
    cursor: str


class OpenedEvent(_Numbered):
    """A stream began."""

    type: Literal["opened"]
    models: List[ModelReference]


class ClosedEvent(_Numbered):
    """A stream ended; always its last event."""

    type: Literal["closed"]
    reason: Literal["completed", "disconnected", "faulted", "idle", "serverStopping"]
    duration: float


class WakeWordEvent(_Numbered):
    """A wake word was heard."""

    type: Literal["wakeWord"]
    keyword: str
    posterior: float
    start: float
    end: float
    modality: Modality
    scores: Dict[str, float]
    model: ModelReference
    #: Media time that had been heard when the decision fell.
    detectedAt: float


class PictureBox(TypedDict):
    """Shares of the picture's width and height, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


class _Face(TypedDict, total=False):
    face: int
    box: PictureBox
    lips: PictureBox
    quality: Literal["good", "outsidePicture", "tooSmall", "tooDark", "turnedAway", "tooFewPictures"]
    lipsMove: bool
    #: By how much the pictures come behind the sound, negative: before it; the server corrects it.
    delay: float


class FaceEvent(_Numbered, _Face):
    """Whose lips are looked at."""

    type: Literal["face"]
    time: float
    visible: bool


class SpokenWord(TypedDict):
    """A word that was understood."""

    word: str
    start: float
    end: float
    confidence: float


class _Speech(TypedDict, total=False):
    words: List[SpokenWord]
    model: ModelReference


class SpeechEvent(_Numbered, _Speech):
    """What was said: an utterance as the server understood it, or text that the sender sent (then without words and model)."""

    type: Literal["speech"]
    text: str
    start: float
    end: float


class _Emotion(TypedDict, total=False):
    text: str
    valence: float
    arousal: float
    #: Why the label is ``unsure``.
    reason: Literal["unlikely", "tooShort", "tooQuiet", "clipped", "notSpeech"]


class EmotionEvent(_Numbered, _Emotion):
    """An estimate of what speech expresses, not of what the speaker feels."""

    type: Literal["emotion"]
    label: str
    posteriors: Dict[str, float]
    start: float
    end: float
    final: bool
    model: ModelReference
    estimatedAt: float
    notice: str


class GapEvent(_Numbered):
    """Media is missing."""

    type: Literal["gap"]
    kind: Literal["audio", "video", "text"]
    reason: Literal["missingInInput", "droppedWhenBusy", "undecodable"]
    start: float
    duration: float


class FaultEvent(_Numbered):
    """The stream can't go on, or a part of it can't."""

    type: Literal["fault"]
    code: str
    message: str


class WarningEvent(_Numbered):
    """Something of the media was not read, or can't be trusted; the stream goes on."""

    type: Literal["warning"]
    code: str
    message: str


_Lost = TypedDict("_Lost", {"from": str, "to": str}, total=False)


class LostEvent(_Numbered, _Lost):
    """Told before what follows: events are gone that this reader has not had."""

    type: Literal["lost"]
    reason: Literal["restart", "trimmed", "unknownEpoch", "allStreams"]


class _Telemetry(TypedDict, total=False):
    modalities: Dict[str, Dict[str, float]]
    verified: Dict[str, List[float]]
    typed: Dict[str, List[float]]
    speech: str


class TelemetryEvent(_Event, _Telemetry):
    """Levels and posterior curves for displays; dropped for a reader who is slow."""

    type: Literal["telemetry"]
    time: float
    levelDb: float
    gateOpen: bool
    posteriors: Dict[str, List[float]]
    step: float


#: ``event["type"]`` tells which; servers of later versions may send types and keys that are not here.
StreamEvent = Union[
    OpenedEvent,
    ClosedEvent,
    WakeWordEvent,
    FaceEvent,
    SpeechEvent,
    EmotionEvent,
    GapEvent,
    FaultEvent,
    WarningEvent,
    LostEvent,
    TelemetryEvent,
]


class PosteriorCurve(TypedDict):
    """Value i covers the media that ends at (i + 1) · ``stepSeconds``."""

    keyword: str
    stage: str
    stepSeconds: float
    values: List[float]


class _Segment(TypedDict, total=False):
    text: str
    label: str
    posteriors: Dict[str, float]


class SpokenSegment(_Segment):
    """One utterance."""

    start: float
    end: float


class ReportWarning(TypedDict):
    """What of a file was not read or can't be trusted."""

    code: str
    message: str


class _ScoreReport(TypedDict, total=False):
    posteriors: List[PosteriorCurve]
    segments: List[SpokenSegment]
    warnings: List[ReportWarning]


class ScoreReport(_ScoreReport):
    """Everything found in a file."""

    file: str
    durationSeconds: float
    maxPosterior: Dict[str, float]
    events: List[StreamEvent]


class _Job(TypedDict, total=False):
    total: float
    endedAt: str
    error: ReportWarning
    node: str
    tries: int


class JobStatus(_Job):
    """How far a job is."""

    id: str
    file: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    done: float
    submittedAt: str


class _Calibration(TypedDict, total=False):
    modality: Modality


class OperatingPoint(TypedDict):
    """What a threshold stands for."""

    threshold: float
    falseAlarmsPerHour: float
    frr: float


class KeywordCalibration(_Calibration):
    """What the thresholds of a keyword stand for, as they were measured."""

    keyword: str
    threshold: float
    data: str
    fillerHours: float
    keywordUtterances: int
    points: List[OperatingPoint]


class _Model(TypedDict, total=False):
    threshold: float
    falseAlarmsPerHour: float
    emotions: List[str]
    note: str
    firstStage: str
    refractorySeconds: float
    calibration: List[KeywordCalibration]


class ModelSummary(_Model):
    """A model that the server loaded."""

    name: str
    version: str
    kind: str
    keywords: List[str]
    licence: str
    active: bool


class _KeywordRequest(TypedDict, total=False):
    falseAlarmsPerHour: float
    refractorySeconds: float
    streams: List[str]


class KeywordRequest(_KeywordRequest):
    """A wake word that is asked for, as text."""

    text: str


class Pronunciation(TypedDict):
    """How a word sounds, and who says so."""

    phones: str
    source: str


class RecordingScore(TypedDict):
    """What a recording is found by, in log-odds above the threshold."""

    byText: float
    byOthers: float


class Enrolment(TypedDict):
    """What recordings of a word brought."""

    recordings: List[RecordingScore]


class _KeywordDetails(TypedDict, total=False):
    enrolment: Enrolment


class KeywordDetails(_KeywordDetails):
    """A wake word that was given as text, and what was found out about it."""

    name: str
    pronunciations: List[Pronunciation]
    request: KeywordRequest
    calibration: KeywordCalibration
    warnings: List[str]


class _KeywordSummary(TypedDict, total=False):
    falseAlarmsPerHour: float
    details: KeywordDetails


class KeywordSummary(_KeywordSummary):
    """A wake word that live streams are searched for."""

    keyword: str
    model: ModelReference
    threshold: float


class _StreamSummary(TypedDict, total=False):
    node: str


class StreamSummary(_StreamSummary):
    """An open stream."""

    streamId: str
    transport: str
    openedAt: str
    mediaTime: float


class _SourceStatus(TypedDict, total=False):
    nextTryAt: str
    fault: ReportWarning


class SourceStatus(_SourceStatus):
    """How it goes with a source that media is pulled from; ``url`` is without user, password and query."""

    streamId: str
    url: str
    state: Literal["connecting", "running", "waiting", "failed", "ended"]
    since: str
    tries: int


class _StreamDetails(TypedDict, total=False):
    transport: str
    openedAt: str
    mediaTime: float
    source: SourceStatus


class StreamDetails(_StreamDetails):
    """A stream that is open, or is to be by its source."""

    streamId: str
