using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Queries;

/// <summary>Cuts an expression into words, quoted texts and symbols.</summary>
internal sealed class QueryTokens
{
    private static readonly string[] Symbols =
    [
        "!exists",
        "!in",
        "&&",
        "||",
        "==",
        "!=",
        "=~",
        "!~",
        ">=",
        "<=",
        ">",
        "<",
        "!",
        "(",
        ")",
        "[",
        "]",
        ",",
    ];

    private readonly string _expression;
    private readonly List<Token> _tokens = [];
    private int _next;

    internal QueryTokens(string expression)
    {
        _expression = expression;
        for (var place = 0; place < expression.Length; )
        {
            if (char.IsWhiteSpace(expression[place]))
                place++;
            else
                place = Read(place);
        }
    }

    /// <summary>Whether everything was taken.</summary>
    internal bool AtEnd => _next == _tokens.Count;

    /// <summary>The token that was taken last.</summary>
    internal string Last => _tokens[_next - 1].Text;

    /// <summary>Takes the next token if it is one of these, which are written in any case.</summary>
    internal bool Take(params ReadOnlySpan<string> texts)
    {
        if (AtEnd || _tokens[_next].IsQuoted)
            return false;
        foreach (var text in texts)
        {
            if (!_tokens[_next].Text.Equals(text, StringComparison.OrdinalIgnoreCase))
                continue;
            _next++;
            return true;
        }

        return false;
    }

    /// <summary>Takes the next token if it is a word or a quoted text.</summary>
    internal string? Word() =>
        !AtEnd && (_tokens[_next].IsQuoted || !Symbols.Contains(_tokens[_next].Text)) ? _tokens[_next++].Text : null;

    /// <summary>The error for a token that does not belong where it stands.</summary>
    internal AwsException Unexpected(string? wanted = null)
    {
        var found = AtEnd ? "the end" : $"'{_tokens[_next].Text}' at position {_tokens[_next].Place + 1}";
        return EcsErrors.InvalidParameterException(
            $"Invalid expression '{_expression}': found {found}"
                + $"{(wanted is null ? "" : $" where {wanted} was expected")}."
        );
    }

    /// <summary>The error for a subject that does not exist.</summary>
    internal AwsException Unknown() =>
        EcsErrors.InvalidParameterException(
            $"Invalid expression '{_expression}': '{_tokens[_next - 1].Text}' is no subject. Subjects are "
                + "agentConnected, agentVersion, attribute:NAME, ec2InstanceId, registeredAt, runningTasksCount and "
                + "task:group."
        );

    private int Read(int place)
    {
        if (_expression[place] is '\'' or '"')
        {
            var end = _expression.IndexOf(_expression[place], place + 1);
            if (end < 0)
                throw EcsErrors.InvalidParameterException(
                    $"Invalid expression '{_expression}': the quotation mark at position {place + 1} is not closed."
                );
            _tokens.Add(new Token(_expression[(place + 1)..end], place, IsQuoted: true));
            return end + 1;
        }

        var symbol = Array.Find(Symbols, symbol =>
            string.CompareOrdinal(_expression, place, symbol, 0, symbol.Length) == 0
        );
        if (symbol is not null)
        {
            _tokens.Add(new Token(symbol, place, IsQuoted: false));
            return place + symbol.Length;
        }

        var start = place;
        while (
            place < _expression.Length
            && !char.IsWhiteSpace(_expression[place])
            && !"()[],!=<>&|~'\"".Contains(_expression[place], StringComparison.Ordinal)
        )
            place++;
        if (place == start)
            throw EcsErrors.InvalidParameterException(
                $"Invalid expression '{_expression}': '{_expression[place]}' at position {place + 1} does not "
                    + "belong there."
            );
        _tokens.Add(new Token(_expression[start..place], start, IsQuoted: false));
        return place;
    }

    private sealed record Token(string Text, int Place, bool IsQuoted);
}
