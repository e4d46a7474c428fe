namespace Estiba.Contracts;

/// <summary>A structure of an AWS API: an immutable record that any protocol's writer can write.</summary>
public interface IShape
{
    /// <summary>Writes the members that are present, in the contract's order.</summary>
    void Write(ShapeWriter writer);

    /// <summary>
    /// Reports every member that breaks a constraint of the contract. Structures that no request contains report
    /// nothing.
    /// </summary>
    void Validate(ShapeValidator validator);
}

/// <summary>A structure of an AWS API that any protocol's reader can read.</summary>
/// <typeparam name="TSelf">The structure itself.</typeparam>
public interface IShape<TSelf> : IShape
    where TSelf : IShape<TSelf>
{
    /// <summary>The names of the structure's members.</summary>
    static abstract StructureSchema Schema { get; }

    /// <summary>Reads one structure; unknown members are passed over, as AWS does.</summary>
    /// <exception cref="AwsException"><c>SerializationException</c>: a value has the wrong type.</exception>
    static abstract TSelf Read(ShapeReader reader);
}
