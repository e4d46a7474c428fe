namespace Estiba.Logs.Storage;

/// <summary>Which groups and streams there are. Events of any others are rubbish, to be cleared away.</summary>
internal interface ILiveStreams
{
    bool HasGroup(long group);

    bool HasStream(StreamKey stream);

    /// <summary>How long a group's events are kept; null for ever.</summary>
    TimeSpan? RetentionOf(long group);
}
