using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics.Alarms.Composites;

/// <summary>Reads the rule of a composite alarm: NOT binds before AND, AND before OR.</summary>
internal sealed class AlarmRuleParser
{
    private const int Deepest = 64;
    private const int MostAlarms = 100;

    private readonly string _text;
    private int _place;
    private int _depth;

    private AlarmRuleParser(string text) => _text = text;

    /// <summary>Reads a rule.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>: it is none.</exception>
    internal static AlarmRule Parse(string text)
    {
        if (text.Trim() != text)
            throw Invalid("AlarmRule must not contain leading or trailing whitespace or be null");
        var parser = new AlarmRuleParser(text);
        var rule = parser.Either();
        parser.SkipSpace();
        if (parser._place < text.Length)
            throw parser.Unexpected();
        return rule.Alarms.Count <= MostAlarms
            ? rule
            : throw Invalid($"The alarm rule refers to more than {MostAlarms} alarms");
    }

    private AlarmRule Either()
    {
        Deeper();
        var rules = new List<AlarmRule> { Both() };
        while (TakeWord("OR"))
            rules.Add(Both());
        _depth--;
        return rules.Count == 1 ? rules[0] : new AlarmRule.Any(rules);
    }

    private AlarmRule Both()
    {
        var rules = new List<AlarmRule> { Single() };
        while (TakeWord("AND"))
            rules.Add(Single());
        return rules.Count == 1 ? rules[0] : new AlarmRule.All(rules);
    }

    private AlarmRule Single()
    {
        if (TakeWord("NOT"))
        {
            Deeper();
            var contrary = new AlarmRule.Not(Single());
            _depth--;
            return contrary;
        }

        if (Take('('))
        {
            var inner = Either();
            Require(')');
            return inner;
        }

        if (TakeWord("TRUE"))
            return new AlarmRule.Constant(true);
        if (TakeWord("FALSE"))
            return new AlarmRule.Constant(false);
        foreach (var state in (string[])[StateValue.Alarm, StateValue.Ok, StateValue.InsufficientData])
        {
            if (!TakeWord(state))
                continue;
            Require('(');
            var alarm = Alarm();
            Require(')');
            return new AlarmRule.Is(state, alarm);
        }

        throw Unexpected();
    }

    private string Alarm()
    {
        SkipSpace();
        var quoted =
            Take('"') ? '"'
            : Take('\'') ? '\''
            : ')';
        var end = _text.IndexOf(quoted, _place);
        if (end < 0)
            throw Invalid("Invalid alarm rule: an alarm's name is not closed");
        var name = _text[_place..end];
        _place = quoted == ')' ? end : end + 1;
        name = quoted == ')' ? name.Trim() : name;
        return name.Length > 0 ? name : throw Invalid("Invalid alarm rule: an alarm's name is empty");
    }

    private bool TakeWord(string word)
    {
        SkipSpace();
        var end = _place + word.Length;
        if (string.Compare(_text, _place, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) != 0)
            return false;
        if (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_'))
            return false;
        _place = end;
        return true;
    }

    private bool Take(char expected)
    {
        SkipSpace();
        if (_place == _text.Length || _text[_place] != expected)
            return false;
        _place++;
        return true;
    }

    private void Require(char expected)
    {
        if (!Take(expected))
            throw Unexpected();
    }

    private void SkipSpace()
    {
        while (_place < _text.Length && char.IsWhiteSpace(_text[_place]))
            _place++;
    }

    private void Deeper()
    {
        if (++_depth > Deepest)
            throw Invalid("Invalid alarm rule: it is nested too deeply");
    }

    private AwsException Unexpected() =>
        Invalid(
            _place >= _text.Length
                ? "Invalid alarm rule: unexpected end"
                : $"Invalid alarm rule: unexpected character '{_text[_place]}' at position {_place + 1}"
        );

    private static AwsException Invalid(string message) => new("ValidationError", message);
}
