namespace Estiba.State.Journals;

/// <summary>
/// Nothing was written because somebody else has the right to: the store follows, or a later epoch has begun. Reading
/// goes on; no later commit of this store succeeds unless it is promoted.
/// </summary>
/// <param name="message">Who leads, and what to do.</param>
public sealed class NotLeaderException(string message) : JournalException(message)
{
    internal static NotLeaderException Follows() =>
        new("The change was not kept: this server follows another one. Send the request to the server that leads.");

    internal static NotLeaderException StaleEpoch(long own) =>
        new(
            $"The change was not kept: this process led in epoch {own}, and a later one has begun. "
                + "Send the request to the server that leads now."
        );

    internal static NotLeaderException StaleBatch(long epoch, long newest) =>
        new($"The batch was written in epoch {epoch}, and epoch {newest} has begun. Follow the server that leads now.");
}
