namespace OpenCvSharp;

/// <summary>A check inside OpenCV failed: sizes, types or parameters don't fit, or memory ran out.</summary>
public sealed class OpenCVException : Exception
{
    /// <summary>With what OpenCV says of the place.</summary>
    public OpenCVException(int status, string funcName, string errMsg, string fileName, int line)
        : base(funcName.Length == 0 ? errMsg : $"{funcName}: {errMsg}")
    {
        Status = status;
        FuncName = funcName;
        ErrMsg = errMsg;
        FileName = fileName;
        Line = line;
    }

    /// <summary>OpenCV's error code, negative.</summary>
    public int Status { get; }

    /// <summary>The function that failed.</summary>
    public string FuncName { get; }

    /// <summary>What failed.</summary>
    public string ErrMsg { get; }

    /// <summary>OpenCV's source file.</summary>
    public string FileName { get; }

    /// <summary>Line in it.</summary>
    public int Line { get; }
}
