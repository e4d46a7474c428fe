using Estiba.Contracts;
using Estiba.Files.Segments;

namespace Estiba.Logs.Filters;

/// <summary>
/// A compiled filter pattern ("Filter pattern syntax for metric filters, subscription filters, filter log events",
/// CloudWatch Logs user guide). Matching is case-sensitive, works on the UTF-8 of the message, and takes time in
/// proportion to its length.
/// </summary>
internal abstract class FilterPattern : IRecordFilter
{
    /// <summary>
    /// Compiles a pattern: <c>{ JSON }</c>, <c>[space, delimited]</c>, or terms. An empty pattern matches everything.
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it is not a pattern; the message says
    /// where.</exception>
    public static FilterPattern Parse(string pattern)
    {
        var text = new PatternText(pattern);
        text.SkipSpace();
        return text.Peek switch
        {
            '{' => JsonPatternParser.Parse(text),
            '[' => FieldPatternParser.Parse(text),
            _ => TermPatternParser.Parse(text),
        };
    }

    public abstract bool Matches(ReadOnlySpan<byte> message);

    /// <summary>
    /// What a metric filter would take from a message that matches: the fields that the pattern names, each with a
    /// <c>$</c>.
    /// </summary>
    public virtual IReadOnlyDictionary<string, string> Extract(ReadOnlySpan<byte> message) =>
        new Dictionary<string, string>();

    /// <summary>The field of messages that a selector names, such as <c>$.size</c> in JSON or <c>$size</c> among
    /// words; null when it can name none of this pattern's.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it is no selector.</exception>
    public virtual EventField? Field(string selector) => null;
}
