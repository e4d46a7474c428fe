using System;
using System.Collections.Generic;
using System.Linq;

namespace Estiba.Contracts.Generator;

/// <summary>
/// The operations of one contract that get C# types: a file of <c>contracts/typed</c>, one name a line, or <c>*</c> for
/// all.
/// </summary>
internal sealed class TypedOperations : IEquatable<TypedOperations>
{
    internal static readonly TypedOperations None = new("");

    private readonly HashSet<string> _names;
    private readonly string _text;

    internal TypedOperations(string text)
    {
        _text = text;
        _names = new HashSet<string>(
            text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0),
            StringComparer.Ordinal
        );
    }

    internal bool Has(string operation) => _names.Contains("*") || _names.Contains(operation);

    /// <summary>A name that the contract does not have; null when it has all.</summary>
    internal string? Unknown(IEnumerable<string> operations)
    {
        var unknown = new HashSet<string>(_names, StringComparer.Ordinal);
        unknown.ExceptWith(operations);
        unknown.Remove("*");
        return unknown.FirstOrDefault();
    }

    public bool Equals(TypedOperations? other) => other is not null && other._text == _text;

    public override bool Equals(object? obj) => Equals(obj as TypedOperations);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_text);
}
