namespace Estiba.Compute.UserData.Shell;

/// <summary>A stretch of a word: text as it stands, or text in which <c>$</c> is still to be expanded.</summary>
internal readonly record struct WordPiece(string Text, bool Expands, bool Quoted);

/// <summary>A word as it was written, before expansion.</summary>
internal sealed record ShellWord(IReadOnlyList<WordPiece> Pieces)
{
    /// <summary>
    /// The word if nothing in it was quoted or is to be expanded: keywords and operators are recognised only so.
    /// </summary>
    public string? Plain => Pieces is [{ Expands: false, Quoted: false } only] ? only.Text : null;
}

internal enum RedirectKind
{
    Truncate,
    Append,
    Input,
    Text,
    Duplicate,
}

/// <summary>
/// A redirection; a here-document becomes <see cref="RedirectKind.Text"/> whose body is read when its line ends.
/// </summary>
internal sealed class Redirect(int descriptor, RedirectKind kind, ShellWord target)
{
    public int Descriptor => descriptor;

    public RedirectKind Kind => kind;

    public ShellWord Target { get; set; } = target;
}

internal enum Connector
{
    Always,
    IfSucceeded,
    IfFailed,
}

/// <summary>A pipeline and when it runs.</summary>
internal sealed record ShellStatement(Connector When, bool Negated, IReadOnlyList<ShellCommand> Stages);

internal abstract record ShellCommand
{
    public IReadOnlyList<Redirect> Redirects { get; init; } = [];
}

internal sealed record SimpleCommand(IReadOnlyList<ShellWord> Words) : ShellCommand;

/// <summary><c>{ ...; }</c> or <c>( ... )</c>.</summary>
internal sealed record GroupCommand(IReadOnlyList<ShellStatement> Body) : ShellCommand;

/// <summary><c>if</c> with its branches; the last branch's condition is empty for <c>else</c>.</summary>
internal sealed record IfCommand(
    IReadOnlyList<(IReadOnlyList<ShellStatement> Condition, IReadOnlyList<ShellStatement> Body)> Branches
) : ShellCommand;

/// <summary>
/// <c>for</c> over words; <c>while</c> and <c>until</c> have no variable and their body is followed once.
/// </summary>
internal sealed record LoopCommand(string? Variable, IReadOnlyList<ShellWord> Words, IReadOnlyList<ShellStatement> Body)
    : ShellCommand;

internal sealed record FunctionCommand(string Name, ShellCommand Body) : ShellCommand;
