namespace AVServer;

/// <summary>
/// The ids of what is logged, by which a line is found whatever its words become: a thousand for media and models, one for the server, one
/// for the pipeline. Compiled into each project that logs, so that no id is given twice.
/// </summary>
internal static class LogEventIds
{
    public const int DecoderSandboxed = 1101;
    public const int DecoderNotSandboxed = 1102;
    public const int SandboxOff = 1103;

    public const int NoCuda = 1201;
    public const int ForeignModelFolder = 1202;

    public const int StreamFailed = 2001;
    public const int StreamClosed = 2002;
    public const int StreamOpened = 2011;
    public const int Draining = 2012;
    public const int AdmissionTurned = 2021;
    public const int WarmUpFailed = 2031;

    public const int HistoryLosing = 2101;
    public const int HistoryRecovered = 2102;
    public const int HistoryWriteFailed = 2103;
    public const int HistoryLostAtStop = 2104;
    public const int HistorySweepFailed = 2105;
    public const int HistoryNotWritable = 2106;

    public const int ClipLost = 2111;
    public const int ClipSweepFailed = 2112;

    public const int WebhookGivenUp = 2201;
    public const int DeadLetterNotWritten = 2202;

    public const int JobFailed = 2301;
    public const int SpoolSwept = 2311;

    public const int WyomingListening = 2401;
    public const int WyomingAcceptFailed = 2402;
    public const int WyomingConnectionFailed = 2403;

    public const int MqttConnected = 2501;
    public const int MqttDisconnected = 2502;
    public const int MqttReadable = 2503;
    public const int MqttLosing = 2504;
    public const int MqttRecovered = 2505;
    public const int MqttRefused = 2506;

    public const int KeysChanged = 2601;
    public const int KeysNeedRestart = 2602;
    public const int KeysRefused = 2603;

    public const int Unexpected = 2701;

    public const int SourceConnected = 2801;
    public const int SourceLost = 2802;
    public const int SourceGivenUp = 2803;
    public const int SourceTakenOver = 2804;
    public const int SourceGone = 2805;

    public const int Audited = 2901;

    public const int RedisAway = 2951;
    public const int RedisBack = 2952;
    public const int StreamTaken = 2953;
    public const int NodeBuried = 2954;
    public const int NodeJoined = 2955;
    public const int WordReplaced = 2961;
    public const int WordRemoved = 2962;
    public const int WordNotTaken = 2963;
    public const int WordNotKept = 2964;
    public const int JobTakenOver = 2971;
    public const int JobGivenUp = 2972;

    public const int NoModels = 3001;
    public const int BadMedia = 3002;
    public const int PipelineFailed = 3003;

    public const int EmotionOff = 3101;
    public const int EmotionOn = 3102;
    public const int NoTranscriber = 3103;

    public const int MeasurementNotKept = 3201;
}
