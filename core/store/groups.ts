/**
 * SQL for the group of a picture: pictures of one group show the same part and never lie on both sides of a split. A manifest's
 * word, otherwise the part that a lot and a serial name, otherwise pictures of the same perceptual hash, which are as good as
 * the same picture. A serial that only one picture has may be a mere counter of pictures and parts none from its look-alikes.
 * Wants `image i`, `image_split s` and `image_meta m`.
 */
export const groupKey = `coalesce(s.group_key,
    CASE WHEN EXISTS (SELECT 1 FROM image_meta other
        WHERE other.serial = m.serial AND other.lot IS m.lot AND other.image_id <> m.image_id)
      THEN 'part:' || json_array(m.lot, m.serial) END, 'phash:' || i.phash)`;
