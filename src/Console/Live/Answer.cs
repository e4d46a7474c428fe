namespace Estiba.Console.Live;

/// <summary>What became of a question.</summary>
public enum AnswerKind
{
    /// <summary>It was answered.</summary>
    Value,

    /// <summary>The key may not ask it.</summary>
    Refused,

    /// <summary>What it is about is not there.</summary>
    Missing,

    /// <summary>The service does not take it.</summary>
    Faulty,

    /// <summary>Nobody answers, or what answers cannot say just now.</summary>
    Unavailable,

    /// <summary>The key is not good any more.</summary>
    SignedOut,
}

/// <summary>The newest answer to a question.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Value">The answer; null unless there is one.</param>
/// <param name="Message">What AWS's error says; empty where there is none.</param>
public sealed record Answer(AnswerKind Kind, object? Value, string Message = "");
