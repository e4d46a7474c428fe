using Estiba.Files.Segments;
using Estiba.Logs.Groups;
using Estiba.State;

namespace Estiba.Logs;

/// <summary>Tells the event store what the tables say.</summary>
internal sealed class LiveStreams(Store store) : ILiveStreams
{
    public bool HasGroup(long group) => Find(group) is not null;

    public bool HasStream(StreamKey stream) =>
        store
            .Current.Where(LogsTables.Streams, LogsTables.StreamById, LogsTables.Key(stream.Stream))
            .Any(found => found.GroupId == stream.Group);

    public bool IsDeleted(long group) =>
        store.Current.Find(LogsTables.DeletedGroups, LogsTables.Key(group)) is not null;

    public bool IsDeleted(StreamKey stream) =>
        IsDeleted(stream.Group)
        || store.Current.Find(
            LogsTables.DeletedStreams,
            LogsTables.StreamPrefix(stream.Group) + LogsTables.Key(stream.Stream)
        )
            is not null;

    public TimeSpan? RetentionOf(long group) =>
        Find(group)?.RetentionInDays is { } days ? TimeSpan.FromDays(days) : null;

    private LogGroupRecord? Find(long group) =>
        store.Current.Where(LogsTables.Groups, LogsTables.GroupById, LogsTables.Key(group)).FirstOrDefault();
}
