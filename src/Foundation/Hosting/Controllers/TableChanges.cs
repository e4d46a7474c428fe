using System.Runtime.InteropServices;
using Estiba.State;

namespace Estiba.Hosting.Controllers;

/// <summary>What one commit changed in one table, read without allocating.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct TableChanges<TRecord>
    where TRecord : class
{
    private readonly IReadOnlyList<Change> _changes;

    internal TableChanges(View view, IReadOnlyList<Change> changes) => (View, _changes) = (view, changes);

    /// <summary>The state after the commit and before the next.</summary>
    public View View { get; }

    /// <summary>How many there are.</summary>
    public int Count => _changes.Count;

    /// <summary>One after another, in the order in which the transaction first touched the records.</summary>
    public Enumerator GetEnumerator() => new(_changes);

    /// <summary>Goes through the changes.</summary>
    [StructLayout(LayoutKind.Auto)]
    public struct Enumerator
    {
        private readonly IReadOnlyList<Change> _changes;
        private int _next;

        internal Enumerator(IReadOnlyList<Change> changes) => _changes = changes;

        /// <summary>The change that it is at.</summary>
        public readonly Change<TRecord> Current => (Change<TRecord>)_changes[_next - 1];

        /// <summary>Goes to the next one.</summary>
        public bool MoveNext() => _next++ < _changes.Count;
    }
}
