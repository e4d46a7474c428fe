namespace Estiba.Logs.Storage;

/// <summary>Which groups and streams there are: what the events of any others are is rubbish, to be cleared away.</summary>
internal interface ILiveStreams
{
    bool HasGroup(long group);

    bool HasStream(StreamKey stream);
}
