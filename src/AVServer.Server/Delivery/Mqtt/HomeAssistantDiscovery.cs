using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AVServer.Contracts;

namespace AVServer.Server.Delivery.Mqtt;

/// <summary>
/// Tells Home Assistant of each stream as a device: a wake word as an event and as something that is on for a moment, whether the stream is
/// open, and the emotion where a purpose of it is declared.
/// </summary>
/// <param name="prefix">Topic under which Home Assistant looks.</param>
/// <param name="ownPrefix">What the server's topics begin with, which tells its devices from those of others.</param>
/// <param name="topics">The server's topics.</param>
/// <param name="types">Types that are published.</param>
/// <param name="hasEmotion">Whether emotion is estimated, for a purpose that was declared.</param>
/// <param name="qos">Quality of service of the subscriptions.</param>
internal sealed class HomeAssistantDiscovery(
    string prefix, string ownPrefix, MqttTopics topics, IReadOnlySet<string> types, bool hasEmotion, int qos)
{
    private const int WakeWordSeconds = 5;   // how long a wake word is on

    private static readonly string WakeWord = Events.EventTypes.NameOf(typeof(WakeWordEvent));
    private static readonly string Emotion = Events.EventTypes.NameOf(typeof(EmotionEvent));
    private static readonly string Version = typeof(HomeAssistantDiscovery).Assembly.GetName().Version!.ToString(3);

    /// <summary>Where a stream's device is told of.</summary>
    public string TopicOf(string streamId) => $"{prefix}/device/{DeviceId(streamId)}/config";

    /// <summary>What is told.</summary>
    public byte[] Describe(string streamId)
    {
        var device = DeviceId(streamId);
        var components = new Dictionary<string, Dictionary<string, object>>();
        if (types.Contains(WakeWord))
        {
            components["wake_word"] = Component(device, "wake_word", "event", "Wake word", topics.EventsOf(streamId, WakeWord), new()
            {
                ["event_types"] = new[] { WakeWord },
                ["value_template"] = "{{ {'event_type': value_json.type, 'keyword': value_json.keyword, 'posterior': "
                    + "value_json.posterior, 'modality': value_json.modality} | to_json }}",
                ["icon"] = "mdi:account-voice",
            });
            components["wake_word_heard"] = Component(
                device, "wake_word_heard", "binary_sensor", "Wake word heard", topics.EventsOf(streamId, WakeWord), new()
                {
                    ["value_template"] = "ON",
                    ["off_delay"] = WakeWordSeconds,
                    ["icon"] = "mdi:ear-hearing",
                });
        }
        components["open"] = Component(device, "open", "binary_sensor", "Stream", topics.StateOf(streamId), new()
        {
            ["value_template"] = "{{ 'ON' if value_json.open else 'OFF' }}",
            ["device_class"] = "connectivity",
            ["entity_category"] = "diagnostic",
        });
        if (hasEmotion && types.Contains(Emotion))
            components["emotion"] = Component(device, "emotion", "sensor", "Emotion", topics.EventsOf(streamId, Emotion), new()
            {
                ["value_template"] = "{{ value_json.label }}",
                ["json_attributes_topic"] = topics.EventsOf(streamId, Emotion),
                ["json_attributes_template"] = "{{ {'final': value_json.final, 'posteriors': value_json.posteriors, 'notice': "
                    + "value_json.notice} | to_json }}",
                ["icon"] = "mdi:emoticon-outline",
            });
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            device = new { identifiers = new[] { device }, name = streamId, manufacturer = "AVServer", sw_version = Version },
            origin = new { name = "AVServer", sw_version = Version },
            components,
        });
    }

    private Dictionary<string, object> Component(
        string device, string id, string platform, string name, string topic, Dictionary<string, object> more) =>
        new(more)
        {
            ["platform"] = platform,
            ["unique_id"] = $"{device}_{id}",
            ["name"] = name,
            ["state_topic"] = topic,
            ["availability_topic"] = topics.Status,
            ["qos"] = qos,
        };

    // Of letters, digits, '_' and '-'. What had to be changed gets a sum of what it was, so that no two become one.
    private string DeviceId(string streamId)
    {
        var name = $"{ownPrefix}_{streamId}";
        var allowed = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' ? letter : '_'));
        return allowed == name
            ? name
            : $"{allowed}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 4))}";
    }
}
