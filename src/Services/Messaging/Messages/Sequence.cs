using Estiba.State;

namespace Estiba.Messaging.Messages;

/// <summary>Numbers the messages that one transaction adds, each above all that were added before.</summary>
/// <param name="transaction">The transaction; its revision is its own.</param>
internal sealed class Sequence(Transaction transaction)
{
    private const int Bits = 12;

    private int _given;

    /// <summary>The next number.</summary>
    /// <exception cref="InvalidOperationException">The transaction adds too many.</exception>
    internal long Next() =>
        _given < 1 << Bits
            ? ((transaction.Revision + 1) << Bits) + _given++
            : throw new InvalidOperationException("A transaction adds too many messages.");
}
